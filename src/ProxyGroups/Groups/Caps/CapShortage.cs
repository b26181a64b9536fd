using System.Globalization;
using ProxyGroups.Configuration;

namespace ProxyGroups.Groups.Caps;

/// <summary>A cap that has no room for a worker: no place, or not the memory that it is taken to need.</summary>
internal sealed record CapShortage(Cap Cap, bool IsOfMemory)
{
    public override string ToString() => IsOfMemory
        ? $"{Cap.Owner}'s cap of {SizeText.Format(Cap.Memory)} of memory ({Cap.Path}:MaxMemory)"
        : string.Create(CultureInfo.InvariantCulture, $"{Cap.Owner}'s cap of {Cap.Processes} processes ({Cap.Path}:MaxProcesses)");
}
