using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>Reads what vendors put several documents into: PEM (RFC 7468), and DER after DER.</summary>
public static class PemBlocks
{
    /// <summary>The most bytes that are read.</summary>
    public const int BytesMax = 128 * 1024;

    /// <summary>Reads PEM blocks that all have one label; around them only white space and trailing NUL may stand.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, string label, int blocksMax, out ImmutableArray<byte[]> blocks) =>
        TryRead(text, [label], blocksMax, out blocks);

    /// <summary>Reads PEM blocks whose labels are among those named, in any order; around them only white space and trailing NUL may stand.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, ReadOnlySpan<string> labels, int blocksMax, out ImmutableArray<byte[]> blocks)
    {
        blocks = [];
        if (text.Length > BytesMax) return false;
        var found = ImmutableArray.CreateBuilder<byte[]>();
        while (PemEncoding.TryFindUtf8(text, out var fields))
        {
            if (found.Count == blocksMax || !IsBlank(text[..fields.Location.Start])) return false;
            if (!IsLabel(text[fields.Label], labels)) return false;
            var der = new byte[fields.DecodedDataLength];
            if (System.Buffers.Text.Base64.DecodeFromUtf8(text[fields.Base64Data], der, out _, out var written) != System.Buffers.OperationStatus.Done
                || written != der.Length) return false;
            found.Add(der);
            text = text[fields.Location.End..];
        }
        if (!IsBlank(text)) return false;
        blocks = found.ToImmutable();
        return !blocks.IsEmpty;
    }

    /// <summary>Splits DER values that stand one after another; trailing NUL is ignored.</summary>
    public static bool TrySplitDer(ReadOnlyMemory<byte> bytes, int blocksMax, out ImmutableArray<byte[]> blocks)
    {
        blocks = [];
        if (bytes.Length > BytesMax) return false;
        var found = ImmutableArray.CreateBuilder<byte[]>();
        var rest = bytes.Span;
        while (!IsBlank(rest))
        {
            if (found.Count == blocksMax || !AsnDecoder.TryReadEncodedValue(rest, AsnEncodingRules.DER, out _, out _, out _, out var consumed)) return false;
            found.Add(rest[..consumed].ToArray());
            rest = rest[consumed..];
        }
        blocks = found.ToImmutable();
        return !blocks.IsEmpty;
    }

    private static bool IsBlank(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r\n\0"u8) < 0;

    private static bool IsLabel(ReadOnlySpan<byte> found, ReadOnlySpan<string> labels)
    {
        foreach (var label in labels)
            if (System.Text.Ascii.Equals(found, label)) return true;
        return false;
    }
}
