using System.Collections.Immutable;
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
    /// <param name="machine">The hardware, or what stands in its place.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="GuestException">The hardware gave no evidence.</exception>
    public static async Task<Evidence> Run(Ticket ticket, Manifest manifest, ECDsa key, byte[] nonce, Machine machine, CancellationToken cancel)
    {
        var keyHash = Hash32.Sha256(key.ExportSubjectPublicKeyInfo());
        var devices = await Devices(machine, nonce, keyHash, cancel);
        var claims = new EvidenceClaims
        {
            KeyHash = keyHash,
            Purpose = AttestationPurpose.Lease,
            Nonce = nonce,
            Context = new LeaseContext(ticket.ChainId, ticket.OrderBook, ticket.Lease, ticket.Epoch, ticket.Offer, ticket.Provider, manifest.Hash).ToBytes(),
            Devices = [.. devices.Select(d => (ReadOnlyMemory<byte>)EvidenceClaims.DigestOf(d))],
        };
        var (bytes, reportData) = claims.Bind();
        var collected = await machine.Collector.Collect(reportData, cancel);
        return new Evidence(collected.Type, collected.Document, bytes) { Certificates = collected.Certificates, Devices = devices };
    }

    // A report does not say whether the driver lets developers' tools look into the GPU: this program, which is measured, does.
    private static async Task<ImmutableArray<DeviceEvidence>> Devices(Machine machine, byte[] nonce, Hash32 keyHash, CancellationToken cancel)
    {
        if (machine.Gpus is not { } collector) return [];
        var found = await collector.Collect(i => GpuNonce.Of(nonce, keyHash, i), cancel);
        if (found is { State.DeveloperTools: true, Gpus.Length: > 0 }) throw new GuestException("Developers' tools may look into this guest's GPUs; turn them off (nvidia-smi conf-compute -dev 0).");
        return [.. found.Gpus.Select(g => g.Evidence)];
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
