using System.Text.Json;

namespace SwarmCompute.Bench;

/// <summary>The JSON of the lines between the bench and its processes.</summary>
internal static class Lines
{
    public static string Write<T>(T value) => JsonSerializer.Serialize(value);

    /// <exception cref="InvalidDataException">The line is none of these.</exception>
    public static T Read<T>(string line) => JsonSerializer.Deserialize<T>(line) ?? throw new InvalidDataException("A line between the bench and its processes says nothing.");
}
