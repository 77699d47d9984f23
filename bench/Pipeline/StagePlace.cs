namespace SwarmCompute.Bench;

/// <summary>Who holds one stage: a port of this machine.</summary>
internal sealed record StagePlace(uint Epoch, int Port, byte[] Certificate);
