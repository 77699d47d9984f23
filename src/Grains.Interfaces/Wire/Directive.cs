namespace SwarmCompute.Grains.Interfaces;

/// <summary>What a guest is to do. It only rises; numbers are append-only.</summary>
public enum Directive
{
    /// <summary>Run, with the pipeline given.</summary>
    Run = 1,
    /// <summary>Take nothing new, finish what runs, report.</summary>
    Finish = 2,
    /// <summary>Wipe and end.</summary>
    Stop = 3,
}
