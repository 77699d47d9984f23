using System.Net;
using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;
using SwarmCompute.Guest.Collection;
using SwarmCompute.Guest.Collection.Nvidia;
using SwarmCompute.Guest.Running;
using SwarmCompute.Inference;
using SwarmCompute.Overlay;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Loader;

/// <summary>
/// <c>run</c>: the trusted loader. Reads a ticket from standard input, checks everything step by step, and only then loads and serves. The
/// end of standard input ends the guest.
/// </summary>
internal static class LoaderCommand
{
    private static readonly TimeSpan CertifyPatience = TimeSpan.FromSeconds(60), CertifyPause = TimeSpan.FromSeconds(5);

    public static async Task<int> Run(TimeProvider time)
    {
        var log = new GuestLog("guest", time);
        try
        {
            var parent = new ParentPipe();
            var ticket = ReadTicket.Run(parent.ReadLine(ReadTicket.BytesMax));
            parent.Watch();
            await Boot(ticket, parent, time, new GuestLog($"guest {ticket.Lease} epoch {ticket.Epoch}", time));
            return 0;
        }
        catch (Exception fault) when (fault is GuestException or OverlayException)
        {
            log.Line(fault.Message);
            return 1;
        }
    }

    private static async Task Boot(Ticket ticket, ParentPipe parent, TimeProvider time, GuestLog log)
    {
        var manifest = CheckManifest.Run(ticket);
        var files = WorkFiles.Create(ticket.WorkDirectory);
        using var stop = new StopReason(parent, files.Wipe, time);
        try
        {
            await Boot(ticket, manifest, files, stop, time, log);
        }
        catch (OperationCanceledException) when (stop.Reason is not null)
        {
            log.Line($"stops before it was ready: {stop.Reason}");
        }
        finally
        {
            files.Wipe();
        }
    }

    private static async Task Boot(Ticket ticket, Manifest manifest, WorkFiles files, StopReason stop, TimeProvider time, GuestLog log)
    {
        // Both work while the authority is asked; nothing of the model is parsed or loaded before the guest is certified.
        var verifying = Task.Run(() => VerifyModel.Run(ticket, manifest, stop.Token), stop.Token);
        var engine = Task.Run(() => LoadStage.StartEngine(ticket), stop.Token);
        var key = P256.CreateKey();
        var platformKeys = OwnPlatformKeys.Read(AppContext.BaseDirectory);
        var measurement = GatherEvidence.Measure(AppContext.BaseDirectory);
        var machine = await ChooseMachine.Run(manifest, measurement, new TsmFiles(), () => Nvml.TryOpen(), time, stop.Token);
        var authority = new AuthorityClient(ticket.Authority, ticket.Root, time);
        using var credentials = await Certified(ticket, manifest, key, machine, authority, time, log, stop.Token);
        log.Line("certified");
        if (credentials.EvidenceType != Manifest.Development) measurement = credentials.Measurement;         // what the hardware measured, not the guest's own word

        await using var peers = await PeerWatch.Start(ticket, manifest, authority, key, TrustRoots.Vendors, platformKeys, time, log, stop.Token);
        credentials.Attestation = peers.Attestation;
        var loading = Load(ticket, manifest, verifying, engine, files);
        var listener = OverlayListener.Start(new IPEndPoint(ticket.ListenAddress, 0), credentials.Overlay, time, refused: log.Line);
        await using var role = await StartRole(ticket, manifest, credentials, measurement, listener, time, log, stop.Token);
        var hello = Hello(ticket, credentials, measurement, listener.LocalEndPoint, role);
        await new GuestRun(ticket, manifest, role, new SiloLink(ticket, credentials, hello, time, log), stop, time, log).Run(loading);
    }

    /// <summary>Steps 3 and 4, again from the nonce on while the authority lacks nothing but a vendor's word.</summary>
    private static async Task<Credentials> Certified(
        Ticket ticket, Manifest manifest, ECDsa key, Machine machine, AuthorityClient authority, TimeProvider time, GuestLog log, CancellationToken cancel)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                var nonce = await authority.Challenge(key, cancel);
                var evidence = await GatherEvidence.Run(ticket, manifest, key, nonce, machine, cancel);
                return await Certify.Run(ticket, manifest, key, evidence, authority, time, cancel);
            }
            catch (GuestException wait) when (wait.IsTransient && time.GetElapsedTime(begun) < CertifyPatience)
            {
                log.Line($"{wait.Message} The guest asks again.");
                await Task.Delay(CertifyPause, time, cancel);
            }
        }
    }

    private static async Task<LoadedStage> Load(Ticket ticket, Manifest manifest, Task<FileStream> verifying, Task engine, WorkFiles files)
    {
        await using var model = await verifying;
        await engine;
        return await Task.Run(() => LoadStage.Run(ticket, manifest, VerifyModel.PathOf(model), files));
    }

    private static async Task<IGuestRole> StartRole(
        Ticket ticket, Manifest manifest, Credentials credentials, Hash32 measurement, OverlayListener listener, TimeProvider time, GuestLog log,
        CancellationToken cancel)
    {
        var options = new PipelineOptions
        {
            Order = ticket.Lease.Order,
            Slot = ticket.Lease.Slot,
            Slots = manifest.Stages,
            Epoch = ticket.Epoch,
            ContextTokens = manifest.ContextTokens,
            SessionsMax = manifest.Sessions,
            KvTokens = manifest.KvTokens,
            PrefillTokens = LoadStage.PrefillTokens,
            Boundary = LoadStage.BoundaryOf(manifest),
            ReplayDirectory = ticket.WorkDirectory,
        };
        if (ticket.Lease.Slot > 0) return StageRole.Start(options, listener, credentials.Overlay, time, log);
        var server = await HeadServer.Start(ticket.ListenAddress, credentials.Certificate, cancel);
        return new HeadRole(
            ticket, manifest, credentials, measurement, PipelineHead.Start(options, listener, credentials.Overlay, time, log), server, time);
    }

    private static GuestMessage.Hello Hello(Ticket ticket, Credentials credentials, Hash32 measurement, IPEndPoint overlay, IGuestRole role)
    {
        var (x, y) = P256.Point(credentials.Key);
        return new GuestMessage.Hello
        {
            KeyX = x,
            KeyY = y,
            LeaseSignature = credentials.LeaseSignature,
            CertificateDer = credentials.Certificate.RawData,
            AuthorityDer = credentials.Root.RawData,
            OverlayEndpoint = overlay.ToString(),
            ApiEndpoint = role.ApiEndpoint,
            EvidenceType = credentials.EvidenceType,
            Measurement = measurement.ToArray(),
        };
    }
}
