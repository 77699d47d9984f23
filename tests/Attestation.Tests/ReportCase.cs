using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation.Tests;

/// <summary>A run of two stages, the second of which was replaced, as the head reports it and as the chain knows it.</summary>
internal sealed class ReportCase : IDisposable
{
    public static readonly Address OrderBook = Address.Parse("0x1111111111111111111111111111111111111111");
    public static readonly Address Provider = Address.Parse("0x2222222222222222222222222222222222222222");
    public static readonly OfferId Offer = new(5);
    public static readonly OrderId Order = new(7);

    private readonly ECDsa _key = P256.CreateKey();

    public ReportCase(ulong chainId = 31337)
    {
        Now = TimeProvider.System.GetUtcNow();
        Now = new DateTimeOffset(Now.Ticks - Now.Ticks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
        var head = new SwarmIdentity.Guest(Order, 0, new LeaseEpoch(3), Provider);
        Certificate = Authority.Issue(head, _key, TimeSpan.FromHours(1));
        LeaseSignature = Authority.SignLease(new LeaseStatement(chainId, OrderBook, head.Lease, head.Epoch, Offer, DevelopmentEvidence.LeaseMeasurement, P256.KeyHash(_key)));
        Report = new IntegrityReport
        {
            Evidence = "development",
            EvidenceMeaning = DevelopmentEvidence.Meaning,
            ChainId = chainId,
            OrderBook = OrderBook,
            Order = Order,
            ManifestHash = Digest("manifest"),
            Model = Digest("model"),
            Engine = "llama.cpp 0.5.0-dev",
            Measurement = Digest("measurement"),
            Started = Now.AddSeconds(-60),
            Finished = Now,
            Stages =
            [
                new(0, new LeaseEpoch(3), Provider, 0, 3, P256.KeyHash(_key), Now.AddSeconds(-60), null),
                new(1, new LeaseEpoch(1), Provider, 4, 7, Digest("second"), Now.AddSeconds(-60), Now.AddSeconds(-30)),
                new(1, new LeaseEpoch(2), Provider, 4, 7, Digest("third"), Now.AddSeconds(-30), null),
            ],
            Completions = [new(10, 20, Digest("prompt"), Digest("output"), 0), new(5, 7, Digest("prompt 2"), Digest("output 2"), 3)],
            Totals = new(3, 2, 15, 27),
            Units = 27,
        };
        Facts = new ChainFacts(
            chainId, OrderBook, Order, Report.ManifestHash, Authority.KeyHash, "Completed", Report.Hash, Report.Units,
            [.. Report.Stages.Select(s => new LeaseFact(s.Slot, s.Epoch, s.Provider, s.KeyHash, Offer, DevelopmentEvidence.LeaseMeasurement)),
                new(0, new LeaseEpoch(1), Provider, Digest("first head"), Offer, DevelopmentEvidence.LeaseMeasurement)]);
    }

    public CertificateAuthority Authority { get; } = CertificateAuthority.Create(TimeProvider.System);

    public X509Certificate2 Certificate { get; }

    public byte[] LeaseSignature { get; }

    public DateTimeOffset Now { get; }

    public IntegrityReport Report { get; }

    public ChainFacts Facts { get; }

    public SignedReport Signed => SignedReport.Sign(Report, new LeaseEpoch(3), _key, Certificate, Authority.Root, LeaseSignature);

    public static Hash32 Digest(string text) => Hash32.Sha256(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Another report, signed by the same head and known to the chain as such: only what the report itself says is off.</summary>
    public AttestationResult VerifyInstead(IntegrityReport report) => ReportVerifier.Verify(
        SignedReport.Sign(report, new LeaseEpoch(3), _key, Certificate, Authority.Root, LeaseSignature).ToBytes(),
        Facts with { ReportHash = report.Hash, Units = report.Units }, Now);

    /// <summary>The same report under another certificate for the same key.</summary>
    public SignedReport SignedWith(SwarmIdentity identity, TimeSpan lifetime, CertificateAuthority issuer) =>
        SignedReport.Sign(Report, new LeaseEpoch(3), _key, issuer.Issue(identity, _key, lifetime), Authority.Root, LeaseSignature);

    public void Dispose()
    {
        Authority.Dispose();
        Certificate.Dispose();
        _key.Dispose();
    }
}
