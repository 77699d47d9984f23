using System.Globalization;
using Microsoft.Extensions.Logging;

namespace SwarmCompute.Guest;

/// <summary>Writes lines to standard error, which the node agent keeps in a file of bounded size. No key and no token passes through here.</summary>
/// <param name="name">Who logs.</param>
/// <param name="time">The clock.</param>
public sealed class GuestLog(string name, TimeProvider time) : ILogger
{
    private const int LineMax = 1000;

    private readonly Lock _one = new();

    /// <summary>Writes one line.</summary>
    public void Line(string text)
    {
        var oneLine = OneLine(text);
        lock (_one) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow().UtcDateTime:HH:mm:ss.fff} {name}: {oneLine}"));
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) Line(exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception.Message}");
    }

    /// <summary>The text without line ends, and not longer than a line may be.</summary>
    public static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= LineMax ? line : line[..LineMax];
    }
}
