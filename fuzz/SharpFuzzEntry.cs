using SharpFuzz;

namespace SwarmCompute.Fuzz;

/// <summary>The standard ways to run a target, for who has AFL or libFuzzer's driver for .NET: every fault is an exception that ends the process.</summary>
internal static class SharpFuzzEntry
{
    public static void Run(FuzzTarget target, bool isAfl)
    {
        if (isAfl) Fuzzer.OutOfProcess.Run(stream => Judge(target, ReadAll(stream)));
        else Fuzzer.LibFuzzer.Run(input => Judge(target, input.ToArray()));
    }

    private static void Judge(FuzzTarget target, byte[] input)
    {
        if (InputRun.Judge(target, input, InputLimits.Default, out _) is { } fault) throw new InvalidOperationException($"{fault.Kind}: {fault.Detail}");
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
