namespace SwarmCompute.Client.Demo;

/// <summary>A provider's account in the demo.</summary>
/// <param name="Address">The account.</param>
/// <param name="KeyFile">Where its private key lies, for its silo.</param>
internal sealed record DemoProvider(Address Address, string KeyFile);
