namespace SwarmCompute.Cvm;

/// <summary>A CVM that a driver has started. It never outlives the process that started it.</summary>
public interface IRunningCvm
{
    /// <summary>What it was started as.</summary>
    CvmLaunch Launch { get; }

    /// <summary>The process that it runs in, for the operator.</summary>
    int ProcessId { get; }

    /// <summary>Completes when it has ended, in whatever way, and what it left in its work directory is gone.</summary>
    Task<CvmExit> Exited { get; }

    /// <summary>Asks it to wipe and end; after <paramref name="grace"/> it is ended by force. Completes when it is gone.</summary>
    Task<CvmExit> Stop(TimeSpan grace);

    /// <summary>Ends it by force, and does not wait. No error where it is gone.</summary>
    void Kill();
}
