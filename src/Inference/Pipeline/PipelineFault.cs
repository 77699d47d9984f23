namespace SwarmCompute.Inference;

/// <summary>Why a generation failed.</summary>
public enum PipelineFault
{
    /// <summary>The pipeline does not stand yet, or takes no more requests.</summary>
    NotReady,

    /// <summary>As many sessions are open as there may be.</summary>
    Busy,

    /// <summary>The pipeline was not restored in time.</summary>
    Stalled,

    /// <summary>A stage could not run the session.</summary>
    Refused,
}
