namespace SwarmCompute.Cvm;

/// <summary>Starts CVMs of one kind on this machine. Knows leases by name only: what should run is decided elsewhere.</summary>
public interface ICvmDriver
{
    /// <summary>Says what kind of CVM starts here, or why none does.</summary>
    CvmProbe Probe();

    /// <summary>Starts one, and returns once it runs and has its ticket.</summary>
    /// <exception cref="CvmException">It cannot be started.</exception>
    Task<IRunningCvm> Launch(CvmLaunch launch, CancellationToken cancel);
}
