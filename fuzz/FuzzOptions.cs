using System.Globalization;

namespace SwarmCompute.Fuzz;

/// <summary>What the command line asks for.</summary>
/// <param name="Targets">The targets; all where none is named.</param>
internal sealed record FuzzOptions(IReadOnlyList<FuzzTarget> Targets)
{
    /// <summary>How long each target runs. 60 s by default.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The seed of all choices. 1 by default.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The most inputs of each target; as many as the time allows by default.</summary>
    public long Runs { get; init; } = long.MaxValue;

    /// <summary>A folder with more inputs to start from; a folder of a target's name in it is for that target alone.</summary>
    public string? Corpus { get; init; }

    /// <summary>Where findings are written. The working directory's <c>findings</c> by default.</summary>
    public string Out { get; init; } = "findings";

    /// <summary>A file to read once instead of searching.</summary>
    public string? Replay { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">An argument is not known or out of range; the message is one line.</exception>
    public static FuzzOptions Parse(string[] arguments)
    {
        var targets = new List<FuzzTarget>();
        var options = new FuzzOptions([]);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
                targets.Add(FuzzTargets.Find(arguments[i]) ?? throw new FormatException($"There is no target '{arguments[i]}'; --list names them."));
            else if (i + 1 == arguments.Length) throw new FormatException($"{arguments[i]} needs a value.");
            else options = options.With(arguments[i], arguments[++i]);
        }
        return options with { Targets = targets.Count == 0 ? FuzzTargets.All : targets };
    }

    private FuzzOptions With(string name, string value) => name switch
    {
        "--seconds" => this with { Time = TimeSpan.FromSeconds(Number(name, value, 86_400)) },
        "--seed" => this with { Seed = (int)Number(name, value, int.MaxValue) },
        "--runs" => this with { Runs = Number(name, value, long.MaxValue) },
        "--corpus" => this with { Corpus = Directory.Exists(value) ? value : throw new FormatException($"--corpus: {value} is no folder.") },
        "--out" => this with { Out = value },
        "--replay" => this with { Replay = File.Exists(value) ? value : throw new FormatException($"--replay: {value} is no file.") },
        _ => throw new FormatException($"{name} is not known; --seconds, --seed, --runs, --corpus, --out and --replay are."),
    };

    private static long Number(string name, string value, long most) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 && number <= most
            ? number
            : throw new FormatException($"{name} is '{value}'; give 1 to {most}.");
}
