namespace SwarmCompute.Cvm.Development;

/// <summary>Where the development driver finds the guest, and where it lets it work.</summary>
/// <param name="Executable">The guest's executable.</param>
/// <param name="WorkDirectory">This node's own folder: a folder for each running guest (gone when it ends), and a log file for each.</param>
public sealed record ProcessCvmOptions(string Executable, string WorkDirectory);
