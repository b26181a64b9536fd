using System.Text.Json;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>What the front door's overview tells about a group.</summary>
internal static class Overview
{
    public static async Task<JsonElement> GroupAsync(this FrontDoorProcess frontDoor, string name, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Site.Overview) { Headers = { { "Accept", "application/json" } } };
        using var answer = await frontDoor.Client.SendAsync(request, cancellationToken);
        using var groups = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        return groups.RootElement.EnumerateArray().Single(group => group.GetProperty("name").GetString() == name).Clone();
    }

    public static async Task<int> BusyAsync(this FrontDoorProcess frontDoor, string name, CancellationToken cancellationToken) =>
        (await frontDoor.GroupAsync(name, cancellationToken)).GetProperty("busySlots").GetInt32();

    /// <summary>Looks until the group has so many busy slots and so many waiting requests; the black box tells it nowhere else.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> WaitForSlotsAsync(
        this FrontDoorProcess frontDoor, string name, int busy, CancellationToken cancellationToken, int queued = 0, double seconds = 20)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var group = await frontDoor.GroupAsync(name, cancellationToken);
            if (group.GetProperty("busySlots").GetInt32() == busy && group.GetProperty("queued").GetInt32() == queued)
            {
                return TimeProvider.System.GetElapsedTime(start);
            }

            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds, $"Wanted {busy} busy and {queued} queued: {group}");
            await Poll.PauseAsync(cancellationToken);
        }
    }

    public static async Task<int[]> PidsAsync(this FrontDoorProcess frontDoor, string name, CancellationToken cancellationToken) =>
        [.. (await frontDoor.GroupAsync(name, cancellationToken)).GetProperty("workers").EnumerateArray().Select(static worker => worker.GetProperty("pid").GetInt32())];
}
