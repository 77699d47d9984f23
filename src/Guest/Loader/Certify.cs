using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Loader;

/// <summary>Step 4: the authority certifies the guest's key as the holder of the lease; what it answers is checked before it is used.</summary>
internal static class Certify
{
    /// <exception cref="GuestException">The authority refuses, cannot be reached, or answered something else than was asked.</exception>
    public static async Task<Credentials> Run(
        Ticket ticket, Manifest manifest, ECDsa key, Evidence evidence, AuthorityClient authority, TimeProvider time, CancellationToken cancel)
    {
        var request = new CertifyRequest(ticket.Lease, ticket.Epoch, ticket.Provider, ticket.Offer, ticket.ChainId, ticket.OrderBook, manifest.ToCanonicalBytes(), evidence);
        var certified = await authority.Certify(request, key, cancel);
        var certificate = Load(certified.Certificate);
        if (Fault(ticket, request, certified, certificate, key, time) is { } fault)
            throw new GuestException($"The authority's answer is refused: {fault}.");
        return new Credentials(key, certificate.CopyWithPrivateKey(key), ticket.Root, certified.LeaseSignature, evidence.Type, certified.Measurement);
    }

    private static string? Fault(
        Ticket ticket, CertifyRequest request, AuthorityAnswer.Certified certified, X509Certificate2 certificate, ECDsa key, TimeProvider time)
    {
        if (PeerCertificate.Refusal(certificate, ticket.Root, time.GetUtcNow(), out var identity) is { } refusal) return refusal;
        if (identity != new SwarmIdentity.Guest(ticket.Lease.Order, ticket.Lease.Slot, ticket.Epoch, ticket.Provider)) return $"it certifies {identity}";
        if (P256.KeyHash(certificate) != P256.KeyHash(key)) return "it certifies another key";
        if (request.Evidence.Type == Manifest.Development && certified.Measurement != DevelopmentEvidence.LeaseMeasurement) return "it names a measurement that nothing vouches for";
        return P256.Verify(ticket.Root, request.StatementFor(P256.KeyHash(key), certified.Measurement).ToBytes(), certified.LeaseSignature) ? null : "its lease signature does not verify";
    }

    private static X509Certificate2 Load(byte[] der)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException fault)
        {
            throw new GuestException("The authority's answer is refused: it is not a certificate.", fault);
        }
    }
}
