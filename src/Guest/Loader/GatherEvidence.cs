using System.Security.Cryptography;
using System.Text;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Collection;

namespace SwarmCompute.Guest.Loader;

/// <summary>Step 3: the guest has evidence made that is bound to its key, the authority's nonce, the manifest and the lease.</summary>
internal static class GatherEvidence
{
    /// <summary>Gathers it.</summary>
    /// <param name="ticket">Names the lease.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="key">The guest's key.</param>
    /// <param name="nonce">What the authority asked with.</param>
    /// <param name="collector">The hardware, or what stands in its place.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="GuestException">The hardware gave no evidence.</exception>
    public static async Task<Evidence> Run(Ticket ticket, Manifest manifest, ECDsa key, byte[] nonce, IEvidenceCollector collector, CancellationToken cancel)
    {
        var claims = new EvidenceClaims
        {
            KeyHash = Hash32.Sha256(key.ExportSubjectPublicKeyInfo()),
            Purpose = AttestationPurpose.Lease,
            Nonce = nonce,
            Context = new LeaseContext(ticket.ChainId, ticket.OrderBook, ticket.Lease, ticket.Epoch, ticket.Offer, ticket.Provider, manifest.Hash).ToBytes(),
        };
        var bytes = claims.ToBytes();
        var collected = await collector.Collect(ReportData.Of(AttestationPurpose.Lease, nonce, claims.KeyHash, bytes), cancel);
        return new Evidence(collected.Type, collected.Document, bytes) { Certificates = collected.Certificates };
    }

    /// <summary>
    /// Measures the program: SHA-256 over one line for each file SwarmCompute.*.dll beside it, in ordinal order of the names:
    /// the name, a space, the SHA-256 of the file in lower-case hexadecimal, and a line feed.
    /// </summary>
    /// <param name="directory">The program's directory.</param>
    public static Hash32 Measure(string directory)
    {
        var lines = new StringBuilder();
        foreach (var file in Directory.GetFiles(directory, "SwarmCompute.*.dll").Order(StringComparer.Ordinal))
            lines.Append(Path.GetFileName(file)).Append(' ').Append(Hash32.Sha256(File.ReadAllBytes(file))).Append('\n');
        return Hash32.Sha256(Encoding.UTF8.GetBytes(lines.ToString()));
    }
}
