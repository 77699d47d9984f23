using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.Agent;

/// <summary>One thing that the agent does to make what runs what should run.</summary>
internal abstract record AgentAction
{
    private AgentAction() { }

    /// <summary>Start a guest for an assignment.</summary>
    public sealed record Launch(Assignment Assignment) : AgentAction;

    /// <summary>Hand a running guest its assignment as it stands now: its pipeline, and whether it is to finish.</summary>
    public sealed record Direct(Assignment Assignment) : AgentAction;

    /// <summary>End a guest that should not run.</summary>
    public sealed record Stop(LeaseHold Hold) : AgentAction;

    /// <summary>Forget a guest that has ended, now that nothing asks for it any more.</summary>
    public sealed record Forget(LeaseHold Hold) : AgentAction;
}
