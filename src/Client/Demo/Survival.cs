using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Inference;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Demo;

/// <summary>Streams an answer, kills a silo and its guests in the middle of it with SIGKILL, and goes on reading.</summary>
internal sealed class Survival(DemoOptions options, DemoNarrator narrator, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(150);

    public async Task<SurvivalResult> Run(SwarmClient client, OrderId order, DemoSwarm swarm, CompletionRequest request, int killAtToken, CancellationToken cancel)
    {
        var before = await client.GetOrder(order, cancel) ?? throw new CommandException($"the swarm has forgotten order {order}");
        var victim = Victim(before, swarm);
        var guests = before.Leases.Where(l => l.Node == victim.Node).ToList();
        var tokens = ImmutableArray.CreateBuilder<int>();
        var text = new StringBuilder();
        var clock = new TokenClock(time);
        var story = new LeaseStory(narrator);
        story.Skip(before);
        var watch = Task.CompletedTask;
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        narrator.Text("  " + request.Prompt);
        await foreach (var happening in client.Complete(order, request, cancel))
        {
            switch (happening)
            {
                case CompletionEvent.Token token:
                    clock.Tick();
                    if (tokens.Count == killAtToken) await StopWatching(watching, watch);
                    tokens.Add(token.Id);
                    Say(token.Text);
                    break;
                case CompletionEvent.Interrupted interrupted when tokens.Count >= killAtToken:
                    narrator.Trouble($"the stream broke off: {interrupted.Reason}");
                    break;
                case CompletionEvent.Resumed resumed:
                    narrator.Fact($"the new head (epoch {resumed.Head.Epoch}) goes on after the {resumed.Tokens} tokens that the client has");
                    break;
                case CompletionEvent.Finished finished:
                    Say(finished.Text);
                    break;
            }
            if (happening is CompletionEvent.Token && tokens.Count == killAtToken)
            {
                narrator.EndText();
                Kill(victim, guests, killAtToken);
                watch = Watch(client, order, story, watching.Token);
            }
        }
        await StopWatching(watching, watch);
        narrator.EndText();
        if (await Look(client, order, cancel) is { } after) story.Follow(after);
        return new SurvivalResult(tokens.ToImmutable(), text.ToString(), clock.Longest,
            new KilledSilo(victim.Node, victim.Process.Id, killAtToken, [.. guests.Select(g => g.Slot)]));

        void Say(string piece)
        {
            text.Append(piece);
            narrator.Text(piece);
        }
    }

    private DemoSilo Victim(OrderProgress progress, DemoSwarm swarm)
    {
        if (options.KillSilo is { } index) return swarm.Silos[index];
        var middle = progress.Leases.FirstOrDefault(l => l.Slot == progress.Leases.Length / 2)
            ?? throw new CommandException($"order {progress.Order} has no leases, though it runs");
        return swarm.Silos.First(s => s.Node == middle.Node);
    }

    private void Kill(DemoSilo victim, List<LeaseProgress> guests, int killAtToken)
    {
        victim.Process.Kill();
        foreach (var pid in guests.Select(g => g.Pid).OfType<int>()) KillGuest(pid);
        var stages = guests.Count == 0 ? "it hosted no stage" : $"with it stage {string.Join(", ", guests.Select(g => g.Slot))}";
        narrator.Trouble($"kill -9 of {victim.Node} (process {victim.Process.Id}) at token {killAtToken}; {stages}");
    }

    private static void KillGuest(int pid)
    {
        try
        {
            using var guest = Process.GetProcessById(pid);
            guest.Kill();
        }
        catch (ArgumentException)
        {
            return;                                          // its silo's pipe broke first, and it is gone already
        }
    }

    private async Task Watch(SwarmClient client, OrderId order, LeaseStory story, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
                if (await Look(client, order, cancel) is { } progress) story.Follow(progress);
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private static async Task<OrderProgress?> Look(SwarmClient client, OrderId order, CancellationToken cancel)
    {
        try
        {
            return await client.GetOrder(order, cancel);
        }
        catch (SwarmException)
        {
            return null;                                     // the silos are busy with the loss; the next look will tell
        }
    }

    private static async Task StopWatching(CancellationTokenSource watching, Task watch)
    {
        await watching.CancelAsync();
        await watch;
    }
}
