using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace SwarmCompute.Client.Inference;

/// <summary>Reads the data of server-sent events (WHATWG HTML, 9.2.6), one line each as the OpenAI protocol has them; every line is bounded.</summary>
internal sealed class SseReader(Stream stream) : IAsyncDisposable
{
    /// <summary>The most bytes that a line may have.</summary>
    public const int LineBytesMax = 256 * 1024;

    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

    /// <summary>The next event's data; null at the end of the stream. Comments and other fields are passed over.</summary>
    /// <exception cref="SwarmException">A line is too long.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async ValueTask<string?> Next(CancellationToken cancel)
    {
        while (true)
        {
            if (await NextLine(cancel) is not { } line) return null;
            if (!line.StartsWith("data:", StringComparison.Ordinal)) continue;
            return line.Length > 5 && line[5] == ' ' ? line[6..] : line[5..];
        }
    }

    public ValueTask DisposeAsync() => _reader.CompleteAsync();

    private async ValueTask<string?> NextLine(CancellationToken cancel)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancel);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Decode(buffer.Slice(0, end));
                _reader.AdvanceTo(buffer.GetPosition(1, end));
                return line;
            }
            if (result.IsCompleted) return null;             // a line without its end is not an event
            if (buffer.Length > LineBytesMax) throw TooLong();
            _reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static string Decode(ReadOnlySequence<byte> line) =>
        line.Length > LineBytesMax ? throw TooLong() : Encoding.UTF8.GetString(line).TrimEnd('\r');

    private static SwarmException TooLong() => new(SwarmFailure.Protocol, $"the head sent a line of more than {LineBytesMax} bytes");
}
