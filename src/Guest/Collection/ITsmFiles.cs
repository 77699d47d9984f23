namespace SwarmCompute.Guest.Collection;

/// <summary>
/// The kernel's interface to what measures and signs (Linux 6.7, Documentation/ABI/testing/configfs-tsm): directories that appear with all
/// their attributes when they are made. Calls may take seconds and cannot be cancelled; a fault is a <see cref="TsmException"/>.
/// </summary>
internal interface ITsmFiles
{
    /// <summary>Whether the kernel has the interface.</summary>
    bool IsPresent { get; }

    /// <summary>Makes a directory.</summary>
    void MakeDirectory(string name);

    /// <summary>Removes a directory; the kernel removes the attributes.</summary>
    void RemoveDirectory(string name);

    /// <summary>Writes an attribute in one call of the kernel, and closes it: only then does the kernel take a binary attribute.</summary>
    void Write(string name, string attribute, ReadOnlySpan<byte> bytes);

    /// <summary>Reads an attribute whole; one of more than <paramref name="bytesMax"/> bytes is the fault <see cref="TsmFault.TooLarge"/>.</summary>
    byte[] Read(string name, string attribute, int bytesMax);
}
