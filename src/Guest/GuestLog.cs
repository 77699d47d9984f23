using System.Globalization;

namespace SwarmCompute.Guest;

/// <summary>Writes lines to standard error, which the node agent keeps in a file of bounded size. No key and no token passes through here.</summary>
/// <param name="name">Who logs.</param>
/// <param name="time">The clock.</param>
public sealed class GuestLog(string name, TimeProvider time)
{
    private const int LineMax = 1000;

    private readonly Lock _one = new();

    /// <summary>Writes one line.</summary>
    public void Line(string text)
    {
        var oneLine = OneLine(text);
        lock (_one) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow().UtcDateTime:HH:mm:ss.fff} {name}: {oneLine}"));
    }

    /// <summary>The text without line ends, and not longer than a line may be.</summary>
    public static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= LineMax ? line : line[..LineMax];
    }
}
