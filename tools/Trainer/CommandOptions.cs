using System.Globalization;

namespace SwarmCompute.Trainer;

/// <summary>The values given on the command line.</summary>
internal sealed class CommandOptions(IReadOnlyDictionary<string, string> values)
{
    public string? Text(string name) => values.GetValueOrDefault(name);

    public string Required(string name) => Text(name) ?? throw new UsageException($"--{name} is missing.");

    /// <summary>A whole number between the limits, or the default when it is not given.</summary>
    public int Number(string name, int standard, int min, int max)
    {
        if (Text(name) is not { } text) return standard;
        if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max) return value;
        throw new UsageException($"--{name} is {text}; give {min} to {max}.");
    }
}
