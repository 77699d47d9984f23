using Orleans;

namespace SwarmCompute.Grains.Tests.Cluster;

/// <summary>A node agent with guests that are only played: does what its assignments say, at once.</summary>
internal sealed class TestNode(IGrainFactory grains, GuestForge forge, string id, int slots, string incarnation)
{
    private readonly Dictionary<LeaseHold, PlayedGuest> _guests = [];
    private readonly Lock _gate = new();

    public NodeId Id { get; } = new(id);

    public string Incarnation { get; } = incarnation;

    public OfferId Offer { get; } = new(1 + BitConverter.ToUInt32(Hash32.Sha256(System.Text.Encoding.UTF8.GetBytes(id)).ToArray()));

    public Address Provider => FakeChain.ProviderOf(Offer);

    /// <summary>Whether guests get as far as their certificate.</summary>
    public bool CanAttest { get; set; } = true;

    public long TokensServed { get; set; } = 7;

    /// <summary>How far the standbys of the stages here are behind.</summary>
    public int? StandbyLag { get; set; } = 0;

    public ImmutableArray<LeaseHold> Running { get { lock (_gate) return [.. _guests.Keys]; } }

    /// <summary>Every pipeline map generation that any guest here was given.</summary>
    public ImmutableArray<long> Generations { get; private set; } = [];

    public async Task<NodeAssignments> Sync(CancellationToken cancel)
    {
        var description = new NodeDescription(Id, slots, "127.0.0.1", Provider, ["development"], Offer);
        var answer = await grains.Node(Id).Sync(new NodeReport(description, Incarnation, Running), cancel);
        foreach (var stale in Running.Where(g => !answer.Assignments.Any(a => a.Lease == g.Lease && a.Epoch == g.Epoch && a.Directive is not Directive.Stop))) Forget(stale);
        foreach (var assignment in answer.Assignments.Where(a => a.Directive is not Directive.Stop)) await Play(assignment, cancel);
        return answer;
    }

    /// <summary>The guest dies; the agent tells.</summary>
    public async Task Kill(LeaseHold hold, CancellationToken cancel)
    {
        lock (_gate) _guests[hold].IsDead = true;
        await Tell(hold, new GuestReport.Exited(137), cancel);
    }

    public Task<LeaseDecision> Tell(LeaseHold hold, GuestReport report, CancellationToken cancel) => grains.Lease(hold.Lease).Observe(hold.Epoch, report, cancel);

    private async Task Play(Assignment assignment, CancellationToken cancel)
    {
        var hold = new LeaseHold(assignment.Lease, assignment.Epoch);
        PlayedGuest? guest;
        lock (_gate)
        {
            if (!_guests.TryGetValue(hold, out guest)) _guests[hold] = guest = new PlayedGuest();
        }
        if (guest.IsDead) return;
        if (!guest.IsStarted) await Tell(hold, new GuestReport.Started(1000 + hold.Lease.Slot), cancel);
        guest.IsStarted = true;
        if (!CanAttest) return;
        if (guest.Certified is null)
        {
            guest.Certified = forge.Certify(hold.Lease, hold.Epoch, assignment.Provider, assignment.Offer, Hash32.Sha256(assignment.Manifest));
            Assert.IsType<LeaseDecision.Moved>(await Tell(hold, new GuestReport.Attested(guest.Certified.Identity), cancel));
        }
        if (assignment.Pipeline is { } map && map.Generation > guest.Generation && map.Stages[hold.Lease.Slot].Epoch == hold.Epoch)
        {
            guest.Generation = map.Generation;
            Generations = Generations.Add(map.Generation);
            await Tell(hold, new GuestReport.StageReady(map.Generation), cancel);
        }
        var standby = assignment.Pipeline?.StandbyOf(hold.Lease.Slot)?.Epoch ?? LeaseEpoch.None;
        await Tell(hold, standby > hold.Epoch ? new GuestReport.Heartbeat(TokensServed, 0, standby, StandbyLag, IsLoaded: true) : new GuestReport.Heartbeat(TokensServed, 0, IsLoaded: true), cancel);
        if (assignment.Directive is Directive.Finish) await Tell(hold, new GuestReport.Reported(guest.Certified.Report(TokensServed)), cancel);
    }

    private void Forget(LeaseHold hold) { lock (_gate) _guests.Remove(hold); }

    private sealed class PlayedGuest
    {
        public bool IsStarted { get; set; }
        public bool IsDead { get; set; }
        public ForgedGuest? Certified { get; set; }
        public long Generation { get; set; }
    }
}
