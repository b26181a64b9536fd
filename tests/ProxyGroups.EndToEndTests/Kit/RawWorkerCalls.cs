namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>Asks a raw worker behind /app for one of its verbs.</summary>
internal static class RawWorkerCalls
{
    public static async Task<HttpResponseMessage> AskAsync(this FrontDoorProcess frontDoor, string verb, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/app/") { Headers = { { "X-Verb", verb } } };
        return await frontDoor.Client.SendAsync(request, cancellationToken);
    }
}
