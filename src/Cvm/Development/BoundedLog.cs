using System.Text;

namespace SwarmCompute.Cvm.Development;

/// <summary>A log file of bounded size: when it is full it becomes the part before (<c>.1</c>), and a new one begins. Nothing that is logged blocks.</summary>
internal sealed class BoundedLog(string file) : IAsyncDisposable
{
    public const int PartBytesMax = 512 * 1024;
    private const int LastWordsMax = 300;
    private readonly SemaphoreSlim _one = new(1);
    private readonly byte[] _tail = new byte[LastWordsMax * 2];
    private int _tailLength;
    private FileStream? _stream = Create(file);

    /// <summary>Copies a stream to its end.</summary>
    public async Task Copy(Stream from)
    {
        var buffer = new byte[8 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, CancellationToken.None)) > 0) await Append(buffer.AsMemory(0, read));
    }

    /// <summary>The last line that holds anything, as printable text.</summary>
    public string LastLine()
    {
        var text = Encoding.UTF8.GetString(_tail, 0, _tailLength).TrimEnd();
        var line = text[(text.LastIndexOf('\n') + 1)..];
        return new string([.. line.Where(c => !char.IsControl(c)).TakeLast(LastWordsMax)]);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync(CancellationToken.None);
        await Close();                                            // later output, of a child that lives on, is dropped
        _one.Release();
    }

    private static FileStream Create(string file) => new(file, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);

    private async Task Append(ReadOnlyMemory<byte> bytes)
    {
        await _one.WaitAsync(CancellationToken.None);
        try
        {
            Remember(bytes.Span);
            if (_stream is null) return;
            if (_stream.Length + bytes.Length > PartBytesMax) await BeginNewPart();
            await _stream.WriteAsync(bytes, CancellationToken.None);
        }
        catch (IOException e)
        {
            Remember(Encoding.UTF8.GetBytes($"\n(the log ends here: {e.Message})\n"));     // a full disk must not hold the guest up
            await Close();
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task Close()
    {
        var stream = _stream;
        _stream = null;
        if (stream is not null) await stream.DisposeAsync();
    }

    private async Task BeginNewPart()
    {
        await _stream!.DisposeAsync();
        File.Move(file, file + ".1", overwrite: true);
        _stream = Create(file);
    }

    private void Remember(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _tail.Length) bytes = bytes[^_tail.Length..];
        var keep = Math.Min(_tailLength, _tail.Length - bytes.Length);
        _tail.AsSpan(_tailLength - keep, keep).CopyTo(_tail);
        bytes.CopyTo(_tail.AsSpan(keep));
        _tailLength = keep + bytes.Length;
    }
}
