using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyGroups.Admin.Api;

namespace ProxyGroups.Hosting;

/// <summary>Hands the requests that come by an entrance to the admin interface, with nothing between them.</summary>
internal sealed class AdminApplication(AdminApi api, IAdminEntrance entrance) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await api.AnswerAsync(context, entrance);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone.
        }
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }
}
