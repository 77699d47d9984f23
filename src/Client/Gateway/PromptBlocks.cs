using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace SwarmCompute.Client.Gateway;

/// <summary>Cuts the beginning of a prompt into blocks. A block's hash is over all before it, so that equal hashes mean equal beginnings.</summary>
internal static class PromptBlocks
{
    /// <summary>Bytes of a block. A rest that fills none counts for nothing.</summary>
    public const int BlockBytes = 256;

    /// <summary>Bytes of a prompt that are looked at.</summary>
    public const int PromptBytesMax = 32 * 1024;

    /// <summary>The blocks' hashes, the first block's first.</summary>
    /// <param name="path">Where the prompt goes: the same text is another prompt there.</param>
    /// <param name="prompt">The prompt as JSON, UTF-8.</param>
    public static ImmutableArray<UInt128> Of(string path, ReadOnlySpan<byte> prompt)
    {
        if (prompt.Length > PromptBytesMax) prompt = prompt[..PromptBytesMax];
        var hashes = ImmutableArray.CreateBuilder<UInt128>(prompt.Length / BlockBytes);
        Span<byte> text = stackalloc byte[SHA256.HashSizeInBytes + BlockBytes];
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(path), text);
        for (; prompt.Length >= BlockBytes; prompt = prompt[BlockBytes..])
        {
            prompt[..BlockBytes].CopyTo(text[SHA256.HashSizeInBytes..]);
            SHA256.HashData(text, text);
            hashes.Add(BinaryPrimitives.ReadUInt128LittleEndian(text));
        }
        return hashes.ToImmutable();
    }
}
