using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// What AMD says about the keys behind reports: certificates (VCEK or VLEK, ASK or ASVK, ARK) and revocation lists, from AMD's key distribution
/// service, a cache or the host; nothing in it is trusted before <see cref="SnpVerifier"/> has checked it. Read once, it serves many reports.
/// </summary>
public sealed class SnpEndorsements
{
    /// <summary>The most documents.</summary>
    public const int DocumentsMax = 16;

    /// <summary>The most certificates.</summary>
    public const int CertificatesMax = 24;

    /// <summary>The most revocation lists.</summary>
    public const int RevocationListsMax = 8;

    private SnpEndorsements(ImmutableArray<PkiCertificate> certificates, ImmutableArray<RevocationList> lists, bool isReadable) =>
        (Certificates, RevocationLists, IsReadable) = (certificates, lists, isReadable);

    /// <summary>The certificates, each once.</summary>
    public ImmutableArray<PkiCertificate> Certificates { get; }

    /// <summary>The revocation lists.</summary>
    public ImmutableArray<RevocationList> RevocationLists { get; }

    /// <summary>Whether all documents could be read, and were within the bounds; where not, no report is accepted with them.</summary>
    public bool IsReadable { get; }

    /// <summary>Reads documents in any order: each is DER (one value or several after another) or PEM of certificates and revocation lists.</summary>
    public static SnpEndorsements Read(params ReadOnlySpan<ReadOnlyMemory<byte>> documents)
    {
        var certificates = new Dictionary<Hash32, PkiCertificate>();
        var lists = new List<RevocationList>();
        var isReadable = documents.Length <= DocumentsMax;
        foreach (var document in documents[..Math.Min(documents.Length, DocumentsMax)])
        {
            if (!TrySplit(document, out var blocks)) isReadable = false;
            foreach (var block in blocks)
            {
                if (PkiCertificate.TryParse(block, out var certificate)) certificates[certificate!.Hash] = certificate;
                else if (RevocationList.TryParse(block, out var list)) lists.Add(list!);
                else isReadable = false;
            }
        }
        isReadable &= certificates.Count <= CertificatesMax && lists.Count <= RevocationListsMax;
        return new([.. certificates.Values.Take(CertificatesMax)], [.. lists.Take(RevocationListsMax)], isReadable);
    }

    private static bool TrySplit(ReadOnlyMemory<byte> document, out ImmutableArray<byte[]> blocks)
    {
        if (!document.IsEmpty && document.Span[0] == 0x30) return PemBlocks.TrySplitDer(document, CertificatesMax, out blocks);
        return PemBlocks.TryRead(document.Span, ["CERTIFICATE", "X509 CRL"], CertificatesMax + RevocationListsMax, out blocks);
    }
}
