using System.Diagnostics;
using System.Security.Cryptography;

namespace SwarmCompute.Fuzz;

/// <summary>The command line, in the load context whose assemblies are instrumented.</summary>
internal static class FuzzCommand
{
    /// <summary>Runs; 0 where nothing was found, 1 where something was, 2 where the arguments are wrong.</summary>
    public static int Run(string[] arguments)
    {
        try
        {
            switch (arguments)
            {
                case ["--list"]:
                    foreach (var target in FuzzTargets.All) Console.WriteLine(target.Name);
                    return 0;
                case ["--afl" or "--libfuzzer", var name]:
                    SharpFuzzEntry.Run(FuzzTargets.Find(name) ?? throw new FormatException($"There is no target '{name}'; --list names them."), arguments[0] == "--afl");
                    return 0;
                default:
                    return Run(FuzzOptions.Parse(arguments));
            }
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine($"fuzz: {e.Message}");
            return 2;
        }
    }

    private static int Run(FuzzOptions options)
    {
        if (options.Replay is { } file) return Replay(options, file);
        var found = 0;
        foreach (var target in options.Targets)
            if (!Search(target, options)) found++;
        return found == 0 ? 0 : 1;
    }

    private static int Replay(FuzzOptions options, string file)
    {
        if (options.Targets.Count != 1) throw new FormatException("--replay needs the one target that reads the file.");
        var fault = InputRun.JudgeTwice(options.Targets[0], File.ReadAllBytes(file), InputLimits.Default);
        Console.WriteLine($"{options.Targets[0].Name}: {(fault is null ? "nothing is wrong" : $"{fault.Kind}: {fault.Detail}")}");
        return fault is null ? 0 : 1;
    }

    private static bool Search(FuzzTarget target, FuzzOptions options)
    {
        var campaign = new FuzzCampaign(target, options.Seed, InputLimits.Default);
        List<byte[]> seeds = [.. target.Seeds(), .. FromFolder(target, options.Corpus)];
        using var watchdog = new FuzzWatchdog(campaign, (fault, input) => Tell(target, options, fault, input));
        var began = Stopwatch.GetTimestamp();
        var result = campaign.Run(seeds, options.Time, options.Runs);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Console.WriteLine(FormattableString.Invariant(
            $"{target.Name}: {result.Executions:N0} executions in {seconds:F0} s ({result.Executions / seconds:N0}/s), {result.Accepted:N0} accepted, {result.Edges:N0} edges, corpus {result.Corpus:N0}, {(result.Fault is null ? "nothing found" : "FOUND")}"));
        if (result.Fault is { } found) Tell(target, options, found, result.Input!);
        return result.Fault is null;
    }

    private static void Tell(FuzzTarget target, FuzzOptions options, InputFault fault, byte[] input)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(input))[..16];
        var file = Path.Combine(Directory.CreateDirectory(options.Out).FullName, $"{target.Name}-{fault.Kind}-{name}");
        File.WriteAllBytes(file, input);
        Console.WriteLine($"  {fault.Kind} (seed {options.Seed}): {fault.Detail}; replay: fuzz {target.Name} --replay {file}");
    }

    private static IEnumerable<byte[]> FromFolder(FuzzTarget target, string? folder)
    {
        if (folder is null) return [];
        var own = Path.Combine(folder, target.Name);
        return Directory.GetFiles(Directory.Exists(own) ? own : folder).Order(StringComparer.Ordinal)
            .Where(f => new FileInfo(f).Length <= target.BytesMax).Select(File.ReadAllBytes);
    }
}
