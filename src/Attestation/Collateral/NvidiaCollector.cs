using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace SwarmCompute.Attestation;

/// <summary>Collects for NVIDIA's devices: the manifests that the report names, and the status of every certificate that can be taken back.</summary>
internal static class NvidiaCollector
{
    /// <summary>The collateral of one device; empty where the evidence names none.</summary>
    public static async Task<NvidiaCollateral> Collect(CollateralCollection collection, DeviceEvidence device)
    {
        if (device.Chain.Length > DeviceEvidence.ChainBytesMax || !PkiChain.TryParse(device.Chain, out var chain))
        {
            collection.NoteEvidence("a device's certificates cannot be read");
            return new([], []);
        }
        if (NvidiaReport.Read(device.Report, out var fault) is not { } report)
        {
            collection.NoteEvidence($"a device's report cannot be read: {fault}");
            return new([], []);
        }
        // The device's own key is certified on the device: nobody keeps its status.
        var ofDevice = Statuses(collection, chain, first: 1);
        var rims = await Rims(collection, NvidiaDevice.ArchitectureOf(chain[0]), report.Opaque);
        var ofRims = await Task.WhenAll(rims.Select(r => NvidiaRim.Read(r.Item.Body, out _) is { } rim ? Statuses(collection, rim.Chain, first: 0) : Task.FromResult(Nothing)));
        var responses = (await ofDevice).Concat(ofRims.SelectMany(r => r)).DistinctBy(e => e.Item.Key).Select(e => e.Item.Body);
        return new([.. rims.Select(r => r.Item.Body)], [.. responses.Take(NvidiaCollateral.OcspResponsesMax)]);
    }

    private static List<CollateralEntry> Nothing => [];

    private static async Task<List<CollateralEntry>> Rims(CollateralCollection collection, NvidiaArchitecture architecture, NvidiaOpaque opaque)
    {
        var requests = new List<Task<CollateralEntry?>>();
        foreach (var id in NvidiaRimIds.Of(architecture, opaque))
        {
            if (CollateralKey.Rim(id) is { } key) requests.Add(collection.Get(new(key)));
            else collection.NoteEvidence("a device's report does not name its manifests");
        }
        return [.. (await Task.WhenAll(requests)).OfType<CollateralEntry>()];
    }

    private static async Task<List<CollateralEntry>> Statuses(CollateralCollection collection, ImmutableArray<PkiCertificate> chain, int first)
    {
        var requests = new List<Task<CollateralEntry?>>();
        for (var i = first; i < chain.Length - 1; i++)
        {
            if (OcspRequest.CertificateId(chain[i], chain[i + 1]) is not { } id) continue;
            var key = CollateralKey.Ocsp(Hash32.Sha256(id));
            requests.Add(collection.Get(new(key) { IssuerChain = Pem(chain.AsSpan()[(i + 1)..]), CertificateId = id }));
        }
        return [.. (await Task.WhenAll(requests)).OfType<CollateralEntry>()];
    }

    private static byte[] Pem(ReadOnlySpan<PkiCertificate> certificates)
    {
        var text = new StringBuilder();
        foreach (var certificate in certificates) text.Append(PemEncoding.WriteString("CERTIFICATE", certificate.Raw.Span)).Append('\n');
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
