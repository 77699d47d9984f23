using System.Diagnostics;

namespace SwarmCompute.Fuzz;

/// <summary>Runs one input through a target and judges how the parser took it.</summary>
internal static class InputRun
{
    /// <summary>What is wrong; null where nothing is. What costs too much once must do so again: the first use of code costs more.</summary>
    public static InputFault? Judge(FuzzTarget target, byte[] input, InputLimits limits, out bool accepted)
    {
        var fault = Once(target, input, limits, out accepted);
        return fault is { Kind: "time" or "memory" } ? Once(target, input, limits, out accepted) : fault;
    }

    /// <summary>As <see cref="Judge"/>, and whether a second reading says the same as the first.</summary>
    public static InputFault? JudgeTwice(FuzzTarget target, byte[] input, InputLimits limits)
    {
        if (Judge(target, input, limits, out var first) is { } fault) return fault;
        if (Judge(target, input, limits, out var second) is { } another) return another;
        return first == second ? null : new("unstable", $"accepted at first: {first}, then: {second}");
    }

    private static InputFault? Once(FuzzTarget target, byte[] input, InputLimits limits, out bool accepted)
    {
        accepted = false;
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        try
        {
            accepted = target.Read(input);
        }
        catch (Exception e) when (e.GetType() == target.Documented)
        {
        }
        catch (Exception e)
        {
            return new("exception", $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} {e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("SwarmCompute.", StringComparison.Ordinal))?.Trim()}");
        }
        var (time, allocated) = (Stopwatch.GetElapsedTime(began), GC.GetAllocatedBytesForCurrentThread() - bytes);
        if (time > limits.Time) return new("time", $"{time.TotalSeconds:F1} s for {input.Length} bytes");
        var most = limits.BytesFor(input.Length);
        return allocated > most ? new("memory", $"{allocated} bytes allocated for {input.Length}, at most {most}") : null;
    }
}
