using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>Keeps the lines that are logged.</summary>
internal sealed class LineLog : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));

    /// <summary>Waits for a line that has both of these, and gives how many there are.</summary>
    public async Task<int> Count(string one, string other, CancellationToken cancel)
    {
        while (true)
        {
            var count = _lines.Count(line => line.Contains(one, StringComparison.Ordinal) && line.Contains(other, StringComparison.Ordinal));
            if (count > 0) return count;
            await Task.Delay(2, cancel);
        }
    }
}
