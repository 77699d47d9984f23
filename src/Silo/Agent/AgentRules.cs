using System.Collections.Immutable;
using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.Agent;

/// <summary>What should run against what runs. Pure; called again and again, each time with everything.</summary>
internal static class AgentRules
{
    /// <summary>The actions that are missing. No lease and epoch is ever launched twice: an ended guest is remembered until nothing asks for it.</summary>
    /// <param name="assignments">What should run, as the node's grain said last.</param>
    /// <param name="guests">Every guest that was launched and not forgotten; true where it has ended.</param>
    public static ImmutableArray<AgentAction> Plan(ImmutableArray<Assignment> assignments, IReadOnlyDictionary<LeaseHold, bool> guests)
    {
        var wanted = assignments.Where(a => a.Directive != Directive.Stop).ToDictionary(a => new LeaseHold(a.Lease, a.Epoch));
        var asked = assignments.Select(a => new LeaseHold(a.Lease, a.Epoch)).ToHashSet();
        var actions = ImmutableArray.CreateBuilder<AgentAction>();
        foreach (var (hold, hasEnded) in guests)
        {
            if (hasEnded && !asked.Contains(hold)) actions.Add(new AgentAction.Forget(hold));
            if (!hasEnded && !wanted.ContainsKey(hold)) actions.Add(new AgentAction.Stop(hold));
        }
        foreach (var (hold, assignment) in wanted)
        {
            if (!guests.TryGetValue(hold, out var hasEnded)) actions.Add(new AgentAction.Launch(assignment));
            else if (!hasEnded) actions.Add(new AgentAction.Direct(assignment));
        }
        return actions.ToImmutable();
    }
}
