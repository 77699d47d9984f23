namespace SwarmCompute.Guest.Collection;

/// <summary>Why a call of the kernel's evidence interface failed.</summary>
internal enum TsmFault
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>It may work if it is tried again (EBUSY, EINTR, EAGAIN, ETIMEDOUT), or somebody else wrote in between.</summary>
    Passing,

    /// <summary>The file or the directory is not there (ENOENT).</summary>
    Missing,

    /// <summary>The interface is there, and no driver of a TEE behind it (ENXIO, ENOTTY).</summary>
    NoDriver,

    /// <summary>This user may not (EACCES, EPERM).</summary>
    Denied,

    /// <summary>More bytes than the kernel (EFBIG) or the reader would take.</summary>
    TooLarge,
}
