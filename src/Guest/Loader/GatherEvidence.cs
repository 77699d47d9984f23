using System.Security.Cryptography;
using System.Text;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Loader;

/// <summary>Step 3: the guest measures itself, and binds evidence to its key, the manifest and the lease.</summary>
internal static class GatherEvidence
{
    /// <summary>Gathers it. There is no hardware: the evidence is of the development type.</summary>
    /// <param name="ticket">Names the lease.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="key">The guest's key.</param>
    /// <param name="measurement">What <see cref="Measure"/> gave.</param>
    public static Evidence Run(Ticket ticket, Manifest manifest, ECDsa key, Hash32 measurement)
    {
        var statement = new LeaseStatement(ticket.ChainId, ticket.OrderBook, ticket.Lease, ticket.Epoch, ticket.Offer, DevelopmentEvidence.LeaseMeasurement, P256.KeyHash(key));
        return DevelopmentEvidence.Create(ReportData.Of(key.ExportSubjectPublicKeyInfo(), manifest.Hash, statement, ticket.Provider), measurement);
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
