namespace SwarmCompute.Silo.Membership;

/// <summary>Ends the guests of this process by force, at once, from any thread.</summary>
internal interface IGuestFence
{
    /// <summary>Signals them and returns; does not wait, does not throw.</summary>
    void KillGuests();
}
