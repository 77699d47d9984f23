using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Evidence;

/// <summary>Evidence that came in a certificate (extension 2.23.133.5.4.9): whoever made it, the evidence must be about the certificate's key.</summary>
internal sealed class CertificateEvidence : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly Attestation.Evidence _evidence;

    private CertificateEvidence(X509Certificate2 certificate, Attestation.Evidence evidence) => (_certificate, _evidence) = (certificate, evidence);

    /// <summary>The kind of the evidence, as <c>--type</c> names it.</summary>
    public string Kind => _evidence.Type == SnpVerifier.Type ? EvidenceKind.Snp : _evidence.Type;

    /// <summary>The quote, report or token.</summary>
    public ReadOnlyMemory<byte> Document => _evidence.Document;

    /// <summary>Certificates that came beside it.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Endorsements => _evidence.Certificates;

    /// <summary>Opens a certificate, PEM or DER; null where the bytes are none.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="isRequired">Whether a certificate without evidence is a mistake; else it is null, too.</param>
    /// <exception cref="CommandException">It is a certificate that carries no evidence.</exception>
    public static CertificateEvidence? TryOpen(ReadOnlySpan<byte> bytes, bool isRequired = true)
    {
        if (bytes is not ([0x30, ..] or [(byte)'-', ..])) return null;
        try
        {
            var certificate = X509CertificateLoader.LoadCertificate(bytes);
            if (EvidenceExtension.TryRead(certificate) is { } evidence) return new CertificateEvidence(certificate, evidence);
            certificate.Dispose();
            if (!isRequired) return null;
            throw new CommandException($"the certificate carries no evidence (extension {EvidenceExtension.Oid}) that can be read");
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The verdict on the evidence, and whether it is about the certificate's key.</summary>
    public AttestationResult WithBinding(AttestationResult result) =>
        result with { Checks = [.. AttestedCertificate.Binding(_certificate, _evidence, result), .. result.Checks] };

    public void Dispose() => _certificate.Dispose();
}
