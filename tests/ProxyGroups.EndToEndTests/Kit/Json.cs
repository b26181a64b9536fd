using System.Text.Json;

namespace ProxyGroups.EndToEndTests.Kit;

internal static class Json
{
    public static async Task<JsonElement> ReadFromJsonElementAsync(this HttpContent content, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await content.ReadAsStringAsync(cancellationToken));
        return document.RootElement.Clone();
    }
}
