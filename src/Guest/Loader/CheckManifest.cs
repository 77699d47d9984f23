using System.Security.Cryptography;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Loader;

/// <summary>Step 2: the manifest is one that this guest can run, and the ticket's authority is the one that the manifest names.</summary>
internal static class CheckManifest
{
    /// <exception cref="GuestException">It is not.</exception>
    public static Manifest Run(Ticket ticket)
    {
        var manifest = Parse(ticket.Manifest);
        if (!manifest.ToCanonicalBytes().AsSpan().SequenceEqual(ticket.Manifest)) throw new GuestException("The manifest is refused: it is not in canonical form.");
        if (ticket.Lease.Slot >= manifest.Stages)
            throw new GuestException($"The manifest is refused: it has {manifest.Stages} stages, and this guest is to hold slot {ticket.Lease.Slot}.");
        var authority = KeyHash(ticket);
        if (authority != manifest.Authority)
            throw new GuestException($"The authority is refused: the manifest names {manifest.Authority}, and the ticket's root is {authority}.");
        return manifest;
    }

    private static Manifest Parse(byte[] bytes)
    {
        try
        {
            return Manifest.Parse(bytes);
        }
        catch (ManifestException fault)
        {
            throw new GuestException(fault.Message, fault);
        }
    }

    private static Hash32 KeyHash(Ticket ticket)
    {
        try
        {
            return P256.KeyHash(ticket.Root);
        }
        catch (CryptographicException fault)
        {
            throw new GuestException($"The authority is refused: {fault.Message}", fault);
        }
    }
}
