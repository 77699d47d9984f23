using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace SwarmCompute.Inference;

/// <summary>
/// Frames for replay that memory has no room for: in a file without a name, encrypted with AES-256-GCM under a key that is nowhere but in this
/// process, for a confidential machine's disk is its host's. What is read is what was written there last, or an error. Thread-safe.
/// </summary>
/// <remarks>The file has slots for a chunk and its tag. Each write has a number of its own, which is its nonce: an older write of a slot does not pass for a newer one.</remarks>
internal sealed class ReplaySpill(string directory, long bytesMax) : IDisposable
{
    private const int ChunkBytes = FrameBlocks.BlockBytes, TagSize = 16, NonceSize = 12, SlotBytes = ChunkBytes + TagSize;

    private readonly Lock _gate = new();
    private readonly AesGcm _cipher = Cipher();
    private readonly byte[] _slot = new byte[SlotBytes];
    private readonly Stack<int> _free = new();
    private SafeFileHandle? _file;
    private int _slots;
    private ulong _written;

    /// <summary>Writes bytes.</summary>
    /// <exception cref="InferenceException">There is no room for them.</exception>
    public SpilledBytes Write(ReadOnlySpan<byte> bytes)
    {
        var chunks = new (int Slot, ulong Number)[(bytes.Length + ChunkBytes - 1) / ChunkBytes];
        lock (_gate)
        {
            if ((long)(_slots - _free.Count + chunks.Length) * SlotBytes > bytesMax)
                throw new InferenceException($"What is kept for replay takes more than {bytesMax} bytes of disk (ReplayDiskMax); let sessions be fewer or shorter.");
            try
            {
                _file ??= Open();
                for (var chunk = 0; chunk < chunks.Length; chunk++)
                {
                    chunks[chunk] = (_free.TryPop(out var slot) ? slot : _slots++, ++_written);
                    WriteChunk(chunks[chunk].Slot, chunks[chunk].Number, Part(bytes, chunk));
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                foreach (var (slot, number) in chunks)
                    if (number != 0) _free.Push(slot);
                throw new InferenceException($"What is kept for replay cannot be written to {directory}: {fault.Message}", fault);
            }
        }
        return new SpilledBytes(bytes.Length, chunks);
    }

    /// <summary>Reads bytes back.</summary>
    /// <exception cref="InvalidDataException">They are not those that were written.</exception>
    public void Read(SpilledBytes spilled, Span<byte> bytes)
    {
        bytes = bytes[..spilled.Length];
        lock (_gate)
            for (var chunk = 0; chunk < spilled.Chunks.Count; chunk++) ReadChunk(spilled.Chunks[chunk].Slot, spilled.Chunks[chunk].Number, Part(bytes, chunk));
    }

    /// <summary>The bytes are not needed any more.</summary>
    public void Free(SpilledBytes spilled)
    {
        lock (_gate)
            foreach (var (slot, _) in spilled.Chunks) _free.Push(slot);
    }

    /// <summary>Gives the disk back. Nothing is written or read any more; freeing does nothing then.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _cipher.Dispose();
        }
    }

    private static AesGcm Cipher()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var cipher = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    private static Span<byte> Part(Span<byte> bytes, int chunk) => bytes[(chunk * ChunkBytes)..Math.Min(bytes.Length, (chunk + 1) * ChunkBytes)];

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> bytes, int chunk) => bytes[(chunk * ChunkBytes)..Math.Min(bytes.Length, (chunk + 1) * ChunkBytes)];

    private SafeFileHandle Open()
    {
        var path = Path.Combine(directory, $"replay-{Guid.NewGuid():N}");
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
        File.Delete(path);
        return file;
    }

    private void WriteChunk(int slot, ulong number, ReadOnlySpan<byte> bytes)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, number);
        _cipher.Encrypt(nonce, bytes, _slot.AsSpan(TagSize, bytes.Length), _slot.AsSpan(0, TagSize));
        RandomAccess.Write(_file!, _slot.AsSpan(0, TagSize + bytes.Length), (long)slot * SlotBytes);
    }

    private void ReadChunk(int slot, ulong number, Span<byte> bytes)
    {
        var sealedBytes = _slot.AsSpan(0, TagSize + bytes.Length);
        for (var have = 0; have < sealedBytes.Length;)
        {
            var read = RandomAccess.Read(_file!, sealedBytes[have..], (long)slot * SlotBytes + have);
            if (read == 0) throw new InvalidDataException("What was written to disk for replay is not there any more.");
            have += read;
        }
        Span<byte> nonce = stackalloc byte[NonceSize];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, number);
        try
        {
            _cipher.Decrypt(nonce, sealedBytes[TagSize..], sealedBytes[..TagSize], bytes);
        }
        catch (AuthenticationTagMismatchException fault)
        {
            throw new InvalidDataException("What was written to disk for replay was changed there.", fault);
        }
    }
}
