using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>A guest without a model: certified (by a root that lies among its assets), linked to its silo, always ready, and able to report.</summary>
internal sealed class PlayedGuest(JsonNode ticket)
{
    /// <summary>What it says that it served.</summary>
    public const ulong Units = 3;

    private readonly LeaseId _lease = LeaseId.Parse((string)ticket["lease"]!);
    private readonly LeaseEpoch _epoch = new((uint)ticket["epoch"]!);
    private readonly Address _provider = Address.Parse((string)ticket["provider"]!);
    private readonly ulong _chainId = (ulong)ticket["chainId"]!;
    private readonly OfferId _offer = new((ulong)ticket["offer"]!);
    private readonly Address _orderBook = Address.Parse((string)ticket["orderBook"]!);
    private readonly ECDsa _key = P256.CreateKey();
    private volatile uint _standby;

    public static async Task<int> Run()
    {
        var ticket = JsonNode.Parse((await Console.In.ReadLineAsync())!)!;
        using var end = new CancellationTokenSource();
        var input = Task.Run(Console.In.ReadToEnd, CancellationToken.None);             // the console's reader blocks, whatever its methods are called
        var speaking = new PlayedGuest(ticket).Speak(end.Token);
        await Task.WhenAny(input, speaking);
        if (speaking.IsFaulted) await speaking;
        return 0;
    }

    private async Task Speak(CancellationToken cancel)
    {
        using var authority = CertificateAuthority.Load((string)ticket["assetDirectory"]!, TimeProvider.System);
        using var certificate = authority.Issue(new SwarmIdentity.Guest(_lease.Order, _lease.Slot, _epoch, _provider), _key, TimeSpan.FromHours(1));
        using var withKey = certificate.CopyWithPrivateKey(_key);
        var silo = ticket["silo"]!;
        await using var link = await GuestLinkClient.Dial(
            IPEndPoint.Parse((string)silo["endpoint"]!), new NodeId((string)silo["node"]!), new OverlayCredentials(withKey, authority.Root), TimeProvider.System, cancel);
        var hello = Hello(authority, certificate);
        await link.Send(hello, cancel);
        var living = Live(link, cancel);
        while (await link.Receive(cancel) is { } message and not SiloMessage.Stop) await Answer(link, hello, message, cancel);
        if (living.IsFaulted) await living;
    }

    private GuestMessage.Hello Hello(CertificateAuthority authority, X509Certificate2 certificate)
    {
        var (x, y) = P256.Point(_key);
        return new GuestMessage.Hello
        {
            KeyX = x,
            KeyY = y,
            LeaseSignature = authority.SignLease(new LeaseStatement(_chainId, _orderBook, _lease, _epoch, _offer, DevelopmentEvidence.LeaseMeasurement, P256.KeyHash(_key))),
            CertificateDer = certificate.RawData,
            AuthorityDer = authority.Root.RawData,
            OverlayEndpoint = "127.0.0.1:9",
            ApiEndpoint = _lease.Slot == 0 ? "https://127.0.0.1:9" : null,
            EvidenceType = "development",
            Measurement = new byte[Hash32.Size],
        };
    }

    private async Task Live(GuestLinkClient link, CancellationToken cancel)
    {
        for (var served = 0L; ; served++)
        {
            await link.Send(new GuestMessage.Heartbeat { CompletionTokens = served, OpenSessions = 0, StandbyEpoch = _standby, StandbyLag = _standby == 0 ? null : 0, IsLoaded = true }, cancel);
            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        }
    }

    private async Task Answer(GuestLinkClient link, GuestMessage.Hello hello, SiloMessage message, CancellationToken cancel)
    {
        if (message is SiloMessage.Pipeline map)
        {
            _standby = map.Standbys?.FirstOrDefault(s => s.Slot == _lease.Slot && s.Epoch > _epoch.Value)?.Epoch ?? 0;
            if (map.Stages[_lease.Slot].Epoch == _epoch.Value) await link.Send(new GuestMessage.StageReady { Generation = map.Generation }, cancel);
        }
        if (message is SiloMessage.Finish && _lease.Slot == 0) await link.Send(Report(hello), cancel);
    }

    private GuestMessage.Report Report(GuestMessage.Hello hello)
    {
        var manifest = Manifest.Parse(System.Text.Encoding.UTF8.GetBytes((string)ticket["manifest"]!));
        var report = new IntegrityReport
        {
            Evidence = hello.EvidenceType,
            EvidenceMeaning = "played: nothing ran",
            ChainId = _chainId,
            OrderBook = _orderBook,
            Order = _lease.Order,
            ManifestHash = manifest.Hash,
            Model = manifest.Model.Sha256,
            Engine = manifest.Engine,
            Measurement = new Hash32(hello.Measurement),
            Started = DateTimeOffset.UnixEpoch,
            Finished = DateTimeOffset.UnixEpoch,
            Stages = [],
            Completions = [],
            Totals = new ReportTotals(0, 0, 0, (long)Units),
            Units = Units,
        };
        using var certificate = X509CertificateLoader.LoadCertificate(hello.CertificateDer);
        using var authority = X509CertificateLoader.LoadCertificate(hello.AuthorityDer);
        var signed = SignedReport.Sign(report, _epoch, _key, certificate, authority, hello.LeaseSignature);
        return new GuestMessage.Report { SignedReport = signed.ToBytes(), ReportHash = report.Hash.ToArray(), Units = (long)Units, Signature = signed.Signature };
    }
}
