using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Evidence;

/// <summary>The root certificate that a person trusts instead of the vendor's.</summary>
internal static class EvidenceRoot
{
    private const int BytesMax = 64 * 1024;

    /// <summary>The one in a file, DER or PEM.</summary>
    /// <exception cref="CommandException">It is no certificate.</exception>
    public static Hash32 Read(string path) => Hash32.Sha256(Der(path));

    /// <summary>The case under the root in a file. AMD's chains are put together from what is given, so the root is one of the endorsements, too.</summary>
    /// <exception cref="CommandException">It is no certificate.</exception>
    public static EvidenceCase Trust(EvidenceCase given, string path)
    {
        var root = Der(path);
        var trusted = given with { Root = Hash32.Sha256(root) };
        return given.Kind == EvidenceKind.Snp && EvidenceBundle.Find(given) is null ? trusted with { Endorsements = [.. given.Endorsements, root] } : trusted;
    }

    /// <summary>NVIDIA has two roots: either of its own stands for both, any other takes the place of both.</summary>
    public static NvidiaRoots OfDevices(Hash32 root) =>
        root == NvidiaRoots.Default.Device || root == NvidiaRoots.Default.Rim ? NvidiaRoots.Default : new(root, root);

    private static byte[] Der(string path)
    {
        var bytes = InputFile.Read(path, BytesMax, "a root certificate, DER or PEM");
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(bytes);
            return certificate.RawData;
        }
        catch (CryptographicException wrong)
        {
            throw new CommandException($"{path} is no certificate", wrong);
        }
    }

    /// <summary>The self-signed certificate that came with the evidence: whoever made that can make anything.</summary>
    /// <exception cref="CommandException">None came with it.</exception>
    public static Hash32 OfTest(EvidenceCase given)
    {
        var carried = EvidenceBundle.Find(given)?.Items.Where(i => EvidenceBundle.IsOf(given.Kind, i.Key.Text)).SelectMany(i => i.IssuerChain is { } chain ? [i.Body, chain] : new[] { i.Body }) ?? [];
        foreach (var document in given.Endorsements.Concat(Chains(given)).Concat(carried))
        {
            foreach (var certificate in Certificates(document))
                if (certificate.Issuer.Span.SequenceEqual(certificate.Subject.Span)) return certificate.Hash;
        }
        throw new CommandException("--allow-test-root: no self-signed certificate came with the evidence; give --root FILE");
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Chains(EvidenceCase given) =>
        from document in given.Collateral
        let collateral = IntelCollateral.Parse(document)
        where collateral?.TcbInfoIssuerChain is not null
        select collateral.TcbInfoIssuerChain!.Value;

    private static List<PkiCertificate> Certificates(ReadOnlyMemory<byte> document)
    {
        var isDer = !document.IsEmpty && document.Span[0] == 0x30;
        if (!(isDer ? PemBlocks.TrySplitDer(document, 16, out var blocks) : PemBlocks.TryRead(document.Span, ["CERTIFICATE", "X509 CRL"], 32, out blocks))) return [];
        return [.. blocks.Select(b => PkiCertificate.TryParse(b, out var certificate) ? certificate : null).OfType<PkiCertificate>()];
    }
}
