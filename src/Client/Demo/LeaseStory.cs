using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Demo;

/// <summary>Tells what changes about an order's leases, each thing once.</summary>
internal sealed class LeaseStory(DemoNarrator narrator)
{
    private readonly HashSet<string> _told = [];
    private OrderProgress? _last;

    /// <summary>Takes what the swarm says now.</summary>
    public void Follow(OrderProgress progress)
    {
        foreach (var lost in progress.Lost)
            Tell($"{lost.Slot}/{lost.Epoch} lost", () => narrator.Trouble($"slot {lost.Slot}, epoch {lost.Epoch} on {lost.Node} is lost: {lost.Reason}"));
        foreach (var lease in progress.Leases.Where(l => l.Status == "Running"))
            Tell($"{lease.Slot}/{lease.Epoch}", () => narrator.Fact($"slot {lease.Slot}, epoch {lease.Epoch}: {lease.Node}, guest process {lease.Pid?.ToString() ?? "unknown"}"));
        _last = progress;
    }

    /// <summary>Marks what stands now as told.</summary>
    public void Skip(OrderProgress progress)
    {
        foreach (var lost in progress.Lost) _told.Add($"{lost.Slot}/{lost.Epoch} lost");
        foreach (var lease in progress.Leases) _told.Add($"{lease.Slot}/{lease.Epoch}");
    }

    /// <summary>Tells the leases that never were seen running.</summary>
    public void Flush()
    {
        if (_last is not null)
            foreach (var lease in _last.Leases) Tell($"{lease.Slot}/{lease.Epoch}", () => narrator.Fact($"slot {lease.Slot}, epoch {lease.Epoch}: {lease.Node}, {lease.Status}"));
    }

    private void Tell(string what, Action tell)
    {
        if (_told.Add(what)) tell();
    }
}
