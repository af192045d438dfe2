"""The site: make site."""
import warnings

warnings.filterwarnings('ignore', message='pkg_resources is deprecated')

project = 'rd_plugins'
html_title = 'rd_plugins'
html_theme = 'furo'
extensions = ['myst_parser', 'sphinx.ext.autodoc', 'sphinx.ext.napoleon']
exclude_patterns = ['results/weights', 'benchmarks/*/*.md']
html_extra_path = ['tutorial.ipynb']
myst_heading_anchors = 3
autodoc_member_order = 'bysource'
autodoc_typehints = 'none'  # docstrings name types
autodoc_default_options = {'members': True, 'show-inheritance': True}
# Types and modules of other packages
nitpicky = False
