using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Tests.Cluster;

/// <summary>Makes certified guests and their signed reports with a real authority's keys.</summary>
internal sealed class GuestForge : IDisposable
{
    public static readonly ChainOptions Chain = new()
    {
        Rpc = new Uri("http://127.0.0.1:1"),
        ChainId = 31337,
        OrderBook = Address.Parse("0x00000000000000000000000000000000000000b1"),
        EscrowVault = Address.Parse("0x00000000000000000000000000000000000000b2"),
        Token = Address.Parse("0x00000000000000000000000000000000000000b3"),
    };

    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);

    public Hash32 Authority => _authority.KeyHash;

    public Manifest Manifest(int stages, bool standby = false) =>
        new(SwarmCompute.Manifest.LlamaCpp, new ModelReference(Hash32.Sha256("model"u8), 1), stages, 512, 1, [SwarmCompute.Manifest.Development], Authority) { Standby = standby };

    public ForgedGuest Certify(LeaseId lease, LeaseEpoch epoch, Address provider, OfferId offer, Hash32 manifest)
    {
        var key = P256.CreateKey();
        using var certificate = _authority.Issue(new SwarmIdentity.Guest(lease.Order, lease.Slot, epoch, provider), key, TimeSpan.FromHours(1));
        var (x, y) = P256.Point(key);
        var identity = new GuestIdentity
        {
            KeyX = new Hash32(x),
            KeyY = new Hash32(y),
            LeaseSignature = _authority.SignLease(new LeaseStatement(Chain.ChainId, Chain.OrderBook, lease, epoch, offer, DevelopmentEvidence.LeaseMeasurement, P256.KeyHash(key))),
            CertificateDer = certificate.RawData,
            AuthorityDer = _authority.Root.RawData,
            OverlayEndpoint = $"127.0.0.1:{40000 + lease.Slot * 100 + epoch.Value}",
            ApiEndpoint = lease.Slot == 0 ? $"https://127.0.0.1:{41000 + epoch.Value}" : null,
            EvidenceType = SwarmCompute.Manifest.Development,
            Measurement = Hash32.Sha256("guest"u8),
        };
        return new ForgedGuest(lease, epoch, identity, key, manifest);
    }

    public void Dispose() => _authority.Dispose();
}

/// <summary>A certified guest that holds its key.</summary>
internal sealed record ForgedGuest(LeaseId Lease, LeaseEpoch Epoch, GuestIdentity Identity, ECDsa Key, Hash32 Manifest)
{
    public GuestReport.Checkpoint Count(long units)
    {
        var statement = new CheckpointStatement(GuestForge.Chain.ChainId, GuestForge.Chain.OrderBook, Lease.Order, Epoch, (ulong)units);
        return new GuestReport.Checkpoint(units, P256.SignLowS(Key, statement.ToBytes()));
    }

    public SignedReportRecord Report(long units)
    {
        var report = new IntegrityReport
        {
            Evidence = SwarmCompute.Manifest.Development,
            EvidenceMeaning = "no hardware vouches for this run",
            ChainId = GuestForge.Chain.ChainId,
            OrderBook = GuestForge.Chain.OrderBook,
            Order = Lease.Order,
            ManifestHash = Manifest,
            Model = Hash32.Sha256("model"u8),
            Engine = SwarmCompute.Manifest.LlamaCpp,
            Measurement = Identity.Measurement,
            Started = DateTimeOffset.UnixEpoch,
            Finished = DateTimeOffset.UnixEpoch,
            Stages = [],
            Completions = [],
            Totals = new ReportTotals(0, 0, 0, units),
            Units = (ulong)units,
        };
        using var certificate = X509CertificateLoader.LoadCertificate(Identity.CertificateDer);
        using var authority = X509CertificateLoader.LoadCertificate(Identity.AuthorityDer);
        var signed = SignedReport.Sign(report, Epoch, Key, certificate, authority, Identity.LeaseSignature);
        return new SignedReportRecord(signed.ToBytes(), report.Hash, units, signed.Signature);
    }
}
