using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// What a host gives a guest beside its report: a table of certificates (GHCB specification 56421, section 4.1.8.1: entries of GUID, offset u32,
/// length u32, little-endian, up to one of zeros), or the certificates themselves as PEM or DER. A hint from the host, trusted for nothing.
/// </summary>
internal static class SnpCertificateTable
{
    private const int BytesMax = 128 * 1024, EntrySize = 24, EntriesMax = 16;
    private static readonly Guid[] Kinds =
    [
        new("63da758d-e664-4564-adc5-f4b93be8accd"), new("a8074bc2-a25a-483e-aae6-39c045a0b8a1"),      // VCEK, VLEK
        new("4ab7b379-bbac-4fe4-a02f-05aef327c782"), new("c0b406a4-a803-4952-9743-3fb6014cd0ae"),      // ASK or ASVK, ARK
    ];

    /// <summary>The certificates in it; empty where it has another form.</summary>
    public static ImmutableArray<PkiCertificate> Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Length > BytesMax) return [];
        if (bytes.Span[0] is 0x30 or (byte)'-' or (byte)'\n') return PkiChain.TryParse(bytes, out var chain) ? chain : [];
        var found = ImmutableArray.CreateBuilder<PkiCertificate>();
        for (var at = 0; at + EntrySize <= bytes.Length && at < EntrySize * EntriesMax; at += EntrySize)
        {
            var entry = bytes.Span.Slice(at, EntrySize);
            if (!entry.ContainsAnyExcept((byte)0)) break;
            var (offset, length) = (BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]));
            if (offset > bytes.Length || length > bytes.Length - offset) return [];
            // Hosts write GUIDs in both orders of bytes.
            if (!Kinds.Contains(new Guid(entry[..16], bigEndian: true)) && !Kinds.Contains(new Guid(entry[..16]))) continue;
            if (PkiChain.TryParse(bytes.Slice((int)offset, (int)length), out var certificates)) found.AddRange(certificates);
        }
        return found.ToImmutable();
    }
}
