namespace SwarmCompute.Chain;

/// <summary>Why a wait for the chain ended. Nothing in it is to be acted on: whoever was woken asks the chain.</summary>
public enum HeadHint
{
    /// <summary>A socket said that there is a new block, or came back after it was away.</summary>
    Woken,

    /// <summary>Nothing was said in the time allowed.</summary>
    TimeOver,
}
