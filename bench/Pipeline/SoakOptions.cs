using System.Globalization;

namespace SwarmCompute.Bench;

/// <summary>How long the soak takes, and how many streams ask.</summary>
internal sealed record SoakOptions(int Minutes, int Streams, bool Json)
{
    /// <summary>Reads the arguments; null where they are none of these.</summary>
    public static SoakOptions? Parse(ReadOnlySpan<string> args) => args switch
    {
        [] => new SoakOptions(60, 16, Json: false),
        [.. var rest, "--json"] => Parse(rest) is { } options ? options with { Json = true } : null,
        ["--json", .. var rest] => Parse(rest) is { } options ? options with { Json = true } : null,
        ["--minutes", var minutes, .. var rest] when Number(minutes, 1440) is { } count => Parse(rest) is { } options ? options with { Minutes = count } : null,
        ["--streams", var streams, .. var rest] when Number(streams, 64) is { } count => Parse(rest) is { } options ? options with { Streams = count } : null,
        _ => null,
    };

    private static int? Number(string text, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max ? number : null;
}
