using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>
/// The ID block of an SEV-SNP guest (SEV-SNP Firmware ABI 56860, "ID Block Structure" of SNP_LAUNCH_FINISH): what a guest's owner signs,
/// so that the processor launches only the named measurement, and reports the digests of the keys that signed.
/// </summary>
/// <param name="LaunchDigest">The expected launch digest, 48 bytes.</param>
/// <param name="FamilyId">The owner's family id, 16 bytes.</param>
/// <param name="ImageId">The owner's image id, 16 bytes.</param>
/// <param name="GuestSvn">The guest's security version.</param>
/// <param name="Policy">The guest policy; it must be the one that the guest is launched with.</param>
public sealed record SnpIdBlock(
    ReadOnlyMemory<byte> LaunchDigest, ReadOnlyMemory<byte> FamilyId, ReadOnlyMemory<byte> ImageId, uint GuestSvn, ulong Policy)
{
    /// <summary>Bytes of an ID block.</summary>
    public const int Size = 96;

    private const int IdSize = 16;
    private const int KeySize = 0x404;
    private const int CoordinateSize = 72;
    private const uint Version = 1;
    private const uint P384 = 2;

    /// <summary>The block's bytes, which the ID key signs.</summary>
    /// <exception cref="ArgumentException">The digest or an id has another length.</exception>
    public byte[] ToBytes()
    {
        if (LaunchDigest.Length != SnpLaunchDigest.Size || FamilyId.Length != IdSize || ImageId.Length != IdSize)
            throw new ArgumentException("An ID block has a digest of 48 bytes and two ids of 16.");
        var block = new byte[Size];
        LaunchDigest.Span.CopyTo(block);
        FamilyId.Span.CopyTo(block.AsSpan(48));
        ImageId.Span.CopyTo(block.AsSpan(64));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(80), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(84), GuestSvn);
        BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(88), Policy);
        return block;
    }

    /// <summary>
    /// The digest of an ID key or author key, as reports name it: SHA-384 of the firmware's 0x404-byte form of a P-384 key
    /// ("Format for an ECDSA P-384 Public Key": curve 2, x and y in 72 bytes little-endian).
    /// </summary>
    /// <exception cref="ArgumentException">The key is not on P-384.</exception>
    public static byte[] KeyDigest(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        if (key.KeySize != 384 || point is not { X: { Length: 48 } x, Y: { Length: 48 } y })
            throw new ArgumentException("The key is not on P-384.", nameof(key));
        var form = new byte[KeySize];
        BinaryPrimitives.WriteUInt32LittleEndian(form, P384);
        WriteReversed(x, form.AsSpan(4));
        WriteReversed(y, form.AsSpan(4 + CoordinateSize));
        return SHA384.HashData(form);
    }

    private static void WriteReversed(byte[] coordinate, Span<byte> at)
    {
        coordinate.CopyTo(at);
        at[..coordinate.Length].Reverse();
    }
}
