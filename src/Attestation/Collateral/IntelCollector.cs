using System.Security.Cryptography;
using System.Text;

namespace SwarmCompute.Attestation;

/// <summary>Collects for quotes: what it needs, the platform's certificate inside the quote says.</summary>
internal sealed class IntelCollector
{
    private const int ParsedMax = 64;
    private readonly LeastRecent<Hash32, IntelCollateral> _parsed = new(ParsedMax);

    /// <summary>The collateral, the same object for the same items; null where the quote names no platform.</summary>
    public async Task<IntelCollateral?> Collect(CollateralCollection collection, ReadOnlyMemory<byte> document)
    {
        if (!IntelQuote.TryParse(document, out var quote, out _, out var problem)) collection.NoteEvidence(problem);
        else if (!PkiChain.TryParse(quote!.CertificationData, out var given) || PkiChain.Ordered(given) is not [var leaf, var authority, .., var root] || !PckPlatform.TryParse(leaf, out var platform))
            collection.NoteEvidence("the quote holds no certificates of its platform");
        else return await Collect(collection, quote.IsTdx, platform!, authority.SubjectCommonName == PckChain.PlatformAuthority, Pem(root));
        return null;
    }

    private async Task<IntelCollateral> Collect(CollateralCollection collection, bool isTdx, PckPlatform platform, bool isOfPlatformAuthority, byte[] root)
    {
        var entries = await Task.WhenAll(
            collection.Get(new(CollateralKey.Tcb(isTdx, platform.Fmspc.Span))),
            collection.Get(new(CollateralKey.QeIdentity(isTdx))),
            collection.Get(new(CollateralKey.PckCrl(isOfPlatformAuthority))),
            collection.Get(new(CollateralKey.RootCrl()) { IssuerChain = root }));
        var name = CollateralParts.NameOf(entries);
        if (_parsed.TryGet(name, out var known)) return known!;
        var collateral = Join(entries[0]?.Item, entries[1]?.Item, entries[2]?.Item, entries[3]?.Item);
        _parsed.Keep(name, collateral);
        return collateral;
    }

    private static IntelCollateral Join(CollateralItem? tcb, CollateralItem? identity, CollateralItem? pckCrl, CollateralItem? rootCrl)
    {
        var info = tcb is null ? null : IntelCollateral.Split(tcb.Body, "tcbInfo");
        var enclave = identity is null ? null : IntelCollateral.Split(identity.Body, "enclaveIdentity");
        return new()
        {
            TcbInfo = info?.Signed,
            TcbInfoSignature = info?.Signature,
            TcbInfoIssuerChain = tcb?.IssuerChain,
            QeIdentity = enclave?.Signed,
            QeIdentitySignature = enclave?.Signature,
            QeIdentityIssuerChain = identity?.IssuerChain,
            PckCrl = pckCrl?.Body,
            PckCrlIssuerChain = pckCrl?.IssuerChain,
            RootCrl = rootCrl?.Body,
        };
    }

    // The quote's root is a guess until the list's own check has found the pinned one in it.
    private static byte[] Pem(PkiCertificate certificate) => Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", certificate.Raw.Span) + "\n");
}
