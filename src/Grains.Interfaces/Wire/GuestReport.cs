namespace SwarmCompute.Grains.Interfaces;

/// <summary>What a node agent saw or heard of one of its guests. The agent gives it to the lease, then asks the order to reconcile.</summary>
[GenerateSerializer, Immutable, Alias("swarm.GuestReport")]
public abstract record GuestReport
{
    private GuestReport() { }

    /// <summary>The agent is about to start the guest.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.Launching")]
    public sealed record Launching : GuestReport;

    /// <summary>The guest's process runs.</summary>
    /// <param name="ProcessId">Its process id on the node.</param>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.Started")]
    public sealed record Started([property: Id(0)] int ProcessId) : GuestReport;

    /// <summary>The guest said Hello with a certificate of the authority, which the agent checked.</summary>
    /// <param name="Identity">What it said.</param>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.Attested")]
    public sealed record Attested([property: Id(0)] GuestIdentity Identity) : GuestReport;

    /// <summary>The guest's stage stands for one generation of the map (the head: the whole ring).</summary>
    /// <param name="Generation">The map's generation.</param>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.StageReady")]
    public sealed record StageReady([property: Id(0)] long Generation) : GuestReport;

    /// <summary>The guest lives. Not durable.</summary>
    /// <param name="CompletionTokens">Tokens it has served so far.</param>
    /// <param name="OpenSessions">Requests that it is serving.</param>
    /// <param name="StandbyEpoch">The epoch of the standby that it hands over to; 0 for none.</param>
    /// <param name="StandbyLag">Finished frames that the standby was not sent yet; null while it has no link to one.</param>
    /// <param name="SlowPercent">How much longer its stage's calls take than their best ones did, in percent, where that has lasted; else 0.</param>
    /// <param name="IsLoaded">Whether its layers are loaded.</param>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.Heartbeat")]
    public sealed record Heartbeat(
        [property: Id(0)] long CompletionTokens, [property: Id(1)] int OpenSessions, [property: Id(2)] LeaseEpoch StandbyEpoch = default, [property: Id(3)] int? StandbyLag = null,
        [property: Id(4)] int SlowPercent = 0, [property: Id(5)] bool IsLoaded = false) : GuestReport;

    /// <summary>The guest has lost its standby.</summary>
    /// <param name="Epoch">The standby's epoch.</param>
    /// <param name="Reason">One line.</param>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.StandbyLost")]
    public sealed record StandbyLost([property: Id(0)] LeaseEpoch Epoch, [property: Id(1)] string Reason) : GuestReport;

    /// <summary>The guest has lost a neighbour.</summary>
    /// <param name="Slot">The neighbour's slot.</param>
    /// <param name="Epoch">The neighbour's epoch.</param>
    /// <param name="Reason">One line.</param>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.PeerLost")]
    public sealed record PeerLost([property: Id(0)] int Slot, [property: Id(1)] LeaseEpoch Epoch, [property: Id(2)] string Reason) : GuestReport;

    /// <summary>The head has finished and signed its report.</summary>
    /// <param name="Report">The report.</param>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.Reported")]
    public sealed record Reported([property: Id(0)] SignedReportRecord Report) : GuestReport;

    /// <summary>The head signed what it has served so far.</summary>
    /// <param name="Units">Completion tokens since its lease began.</param>
    /// <param name="Signature">Its signature over the checkpoint statement: r then s, 64 bytes, low s.</param>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.Checkpoint")]
    public sealed record Checkpoint([property: Id(0)] long Units, [property: Id(1)] byte[] Signature) : GuestReport;

    /// <summary>The guest failed, or its heartbeats stopped, or it could not be started.</summary>
    /// <param name="Reason">One line.</param>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.Failed")]
    public sealed record Failed([property: Id(0)] string Reason) : GuestReport;

    /// <summary>The guest's process has ended.</summary>
    /// <param name="ExitCode">Its exit code.</param>
    [GenerateSerializer, Immutable, Alias("swarm.GuestReport.Exited")]
    public sealed record Exited([property: Id(0)] int ExitCode) : GuestReport;
}
