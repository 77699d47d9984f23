using System.Collections.Immutable;
using System.Text.Json;

namespace SwarmCompute.Client.Testing;

/// <summary>Names what failed, so that the end of a long output tells it.</summary>
internal static class FailedTests
{
    private const int MessageMax = 300;

    /// <summary>One line a test of a CTRF report (ctrf.io) that did not pass: its name and the first line of its message.</summary>
    /// <exception cref="JsonException">Not a CTRF report.</exception>
    public static ImmutableArray<string> ReadCtrf(ReadOnlyMemory<byte> report)
    {
        using var json = JsonDocument.Parse(report);
        if (!json.RootElement.TryGetProperty("results", out var results) || !results.TryGetProperty("tests", out var tests)) return [];
        return [.. tests.EnumerateArray().Where(test => Text(test, "status") != "passed").Select(Line)];
    }

    private static string Line(JsonElement test)
    {
        var message = Text(test, "message").Split('\n', 2)[0].Trim();
        return message.Length == 0 ? Text(test, "name") : $"{Text(test, "name")}: {message[..Math.Min(message.Length, MessageMax)]}";
    }

    private static string Text(JsonElement test, string member) =>
        test.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
