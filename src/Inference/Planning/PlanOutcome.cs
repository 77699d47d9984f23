using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>What the planner answers. A closed union.</summary>
public abstract record PlanOutcome
{
    private PlanOutcome() { }

    /// <summary>There is a plan.</summary>
    /// <param name="Plan">It.</param>
    public sealed record Planned(PipelinePlan Plan) : PlanOutcome;

    /// <summary>No ring of these nodes holds the model.</summary>
    /// <param name="Reasons">Of every node, by node.</param>
    /// <param name="Cure">One line: what would do.</param>
    public sealed record Refused(ImmutableArray<PlanWhyNot> Reasons, string Cure) : PlanOutcome;
}
