using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Formats.Asn1;

namespace SwarmCompute.Attestation;

/// <summary>
/// The certificates that a host hands its guests beside their reports (AMD 56421, GHCB, "SNP Extended Guest Request"): entries of 24 bytes, each a
/// GUID in the order in which it is written, offset and length (little-endian, from the start of the table), up to an entry of zeros; then the
/// certificates. All of it is the host's word: whoever uses a certificate checks it as one from anywhere else.
/// </summary>
public static class SnpCertificateTable
{
    /// <summary>The most bytes of a table: what Linux 6.7 passes on (include/linux/tsm.h).</summary>
    public const int BytesMax = 32 * 1024;

    /// <summary>The most entries, those that are not known included.</summary>
    public const int EntriesMax = 32;

    private const int GuidSize = 16, EntrySize = 24;

    // VCEK, VLEK, ASK or ASVK, ARK.
    private static readonly ImmutableArray<Guid> Known =
    [
        new("63da758d-e664-4564-adc5-f4b93be8accd"), new("a8074bc2-a25a-483e-aae6-39c045a0b8a1"),
        new("4ab7b379-bbac-4fe4-a02f-05aef327c782"), new("c0b406a4-a803-4952-9743-3fb6014cd0ae"),
    ];

    /// <summary>
    /// Reads a table: the certificates (DER) in its order, none of an empty table; null, and why, where it has another form. Entries that are
    /// not known are skipped, but must lie inside the table and beside the others, too.
    /// </summary>
    public static ImmutableArray<ReadOnlyMemory<byte>>? Read(ReadOnlyMemory<byte> table, out string fault)
    {
        fault = $"the table has {table.Length} bytes, at most {BytesMax} are read";
        if (table.Length > BytesMax) return null;
        fault = "";
        if (table.Span.IndexOfAnyExcept((byte)0) < 0) return [];
        if (Entries(table.Span, out fault) is not { } entries) return null;
        var certificates = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        var seen = new HashSet<Guid>();
        foreach (var entry in entries)
        {
            if (!Known.Contains(entry.Id)) continue;
            fault = $"two entries are of {entry.Id}";
            if (!seen.Add(entry.Id)) return null;
            fault = $"the entry of {entry.Id} is no certificate";
            if (!TryDer(table.Slice(entry.Start, entry.Length), out var certificate)) return null;
            certificates.Add(certificate);
        }
        fault = "";
        return certificates.ToImmutable();
    }

    private static List<Entry>? Entries(ReadOnlySpan<byte> table, out string fault)
    {
        var entries = new List<Entry>();
        for (var at = 0; ; at += EntrySize)
        {
            fault = "no entry of zeros ends the table";
            if (at + EntrySize > table.Length) return null;
            var bytes = table.Slice(at, EntrySize);
            if (bytes.IndexOfAnyExcept((byte)0) < 0) return LieApart(entries, at + EntrySize, out fault) ? entries : null;
            fault = $"the table has more than {EntriesMax} entries";
            if (entries.Count == EntriesMax) return null;
            var start = BinaryPrimitives.ReadUInt32LittleEndian(bytes[GuidSize..]);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(GuidSize + sizeof(uint))..]);
            fault = $"entry {entries.Count + 1} lies outside of the table";
            if (length == 0 || start > (uint)table.Length || length > (uint)table.Length - start) return null;
            entries.Add(new Entry(new Guid(bytes[..GuidSize], bigEndian: true), (int)start, (int)length));
        }
    }

    private static bool LieApart(List<Entry> entries, int headEnd, out string fault)
    {
        fault = "entries lie over each other, or over the list of them";
        var end = headEnd;
        foreach (var entry in entries.OrderBy(e => e.Start))
        {
            if (entry.Start < end) return false;
            end = entry.Start + entry.Length;
        }
        fault = "";
        return true;
    }

    // Hosts pad with zeros; anything else behind the certificate is not one.
    private static bool TryDer(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> certificate)
    {
        certificate = default;
        if (!AsnDecoder.TryReadEncodedValue(bytes.Span, AsnEncodingRules.DER, out var tag, out _, out _, out var length)) return false;
        if (tag != Asn1Tag.Sequence || bytes.Span[length..].IndexOfAnyExcept((byte)0) >= 0) return false;
        certificate = bytes[..length];
        return true;
    }

    private readonly record struct Entry(Guid Id, int Start, int Length);
}
