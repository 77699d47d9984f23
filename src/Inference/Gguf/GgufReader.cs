using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SwarmCompute.Inference;

/// <summary>
/// Reads a GGUF file from its start to its end through a window of fixed size. Nothing is allocated on the word of the file:
/// a length is compared with what is left of the file, and with a limit, before it is used.
/// </summary>
internal sealed class GgufReader(SafeFileHandle file, string path)
{
    /// <summary>Longest metadata section: all that comes before the tensors' data.</summary>
    public const long MetadataBytesMax = 256L << 20;

    /// <summary>Longest string that is read.</summary>
    public const int TextBytesMax = 1 << 20;

    /// <summary>Most bytes of strings that are kept from one file.</summary>
    public const long KeptBytesMax = 16L << 20;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _window = new byte[64 * 1024];
    private long _windowAt;
    private int _windowBytes;
    private long _kept;

    public long Length { get; } = RandomAccess.GetLength(file);

    public long Position { get; private set; }

    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public ulong UInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>A number that says how many of something follow, each of at least so many bytes.</summary>
    public long Count(long max, int bytesEach, string what)
    {
        var count = UInt64(what);
        if (count > (ulong)max) throw Invalid($"{what} is {count}, more than the {max} that are accepted");
        if ((long)count > (Length - Position) / bytesEach) throw Invalid($"{what} is {count}, more than the rest of the file can hold");
        return (long)count;
    }

    /// <summary>A string that is kept.</summary>
    public string Text(int bytesMax, string what)
    {
        var bytes = (int)Count(bytesMax, 1, $"the length of {what}");
        _kept += bytes;
        if (_kept > KeptBytesMax) throw Invalid($"the strings before {what} add up to more than {KeptBytesMax} bytes");
        var text = new byte[bytes];
        for (var at = 0; at < bytes;)
        {
            var part = Take(Math.Min(bytes - at, _window.Length), what);
            part.CopyTo(text.AsSpan(at));
            at += part.Length;
        }
        try
        {
            return Utf8.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw Invalid($"{what} is not UTF-8 text");
        }
    }

    /// <summary>A key, or a tensor's name: printable ASCII, so that it may stand in a message.</summary>
    public string Name(int bytesMax, string what)
    {
        var name = Text(bytesMax, what);
        return name.Length > 0 && name.All(c => c is > ' ' and <= '~') ? name : throw Invalid($"{what} is empty, or not made of printable ASCII characters");
    }

    /// <summary>Passes over bytes that are not needed.</summary>
    public void Skip(long bytes, string what)
    {
        if (bytes > Length - Position) throw Truncated(what);
        Position += bytes;
        if (Position > MetadataBytesMax) throw Invalid($"the metadata is longer than {MetadataBytesMax} bytes");
    }

    /// <summary>The next bytes, at most as many as the window holds; valid until the next call.</summary>
    public ReadOnlySpan<byte> Take(int bytes, string what)
    {
        if (bytes > Length - Position) throw Truncated(what);
        if (Position < _windowAt || Position + bytes > _windowAt + _windowBytes) Fill(bytes, what);
        var taken = _window.AsSpan((int)(Position - _windowAt), bytes);
        Skip(bytes, what);
        return taken;
    }

    public InvalidGgufException Invalid(string what) =>
        new($"{path} is not a usable GGUF file: {what} (at byte {Position}). Convert or download the model again.");

    private InvalidGgufException Truncated(string what) =>
        new($"{path} is cut off: it ends at byte {Length}, inside {what}. Download or copy it again.");

    private void Fill(int bytes, string what)
    {
        (_windowAt, _windowBytes) = (Position, 0);
        while (_windowBytes < bytes)
        {
            var read = RandomAccess.Read(file, _window.AsSpan(_windowBytes), _windowAt + _windowBytes);
            if (read == 0) throw Truncated(what);
            _windowBytes += read;
        }
    }
}
